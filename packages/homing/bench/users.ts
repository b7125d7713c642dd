/** The users of every benchmark. */
export const PASSWORD = 'correct-horse';

export const benchUser = (n: number): string => `user${String(n).padStart(6, '0')}@example.com`;

/** passwd-file lines; `extra` are the passdb fields of each. */
export const passwdFile = (count: number, extra: string): string =>
  Array.from(
    { length: count },
    (_, n) => `${benchUser(n)}:{PLAIN}${PASSWORD}:10000:10000::/home/${n}::${extra}\n`,
  ).join('');
