/** The file `users` of a server's directory says who there is, in the language of 2.3. */
export const passwdFile = (dir: string): string => `passdb {
  driver = passwd-file
  args = ${dir}/users
}
userdb {
  driver = passwd-file
  args = ${dir}/users
}`;
