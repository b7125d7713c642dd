/** Settings of a Dovecot that gives every user a mailbox below its directory, where `makeMailDir` has made the folder. */

/** In the language of 2.3. */
export const homes23 = (dir: string): string => `userdb {
  driver = static
  args = uid=10000 gid=10000 home=${dir}/mail/%u
}`;

export const mailboxes23 = (dir: string): string => `${homes23(dir)}
mail_location = maildir:~/Maildir`;

/** In the language of 2.4. */
export const homes24 = (dir: string): string => `userdb static {
  fields {
    uid = 10000
    gid = 10000
    home = ${dir}/mail/%{user}
  }
}`;

export const MAILDIR_24 = `mail_driver = maildir
mail_path = ~/Maildir`;

export const mailboxes24 = (dir: string): string => `${homes24(dir)}
${MAILDIR_24}`;
