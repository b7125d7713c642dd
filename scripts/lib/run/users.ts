/** The user database of the demonstration: SQLite, salted SHA-512 hashes. */
import { createHash, randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';

export const USERS = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi'] as const;
export const PASSWORD = 'pigeon';
export const DOMAIN = 'example.com';

/** Makes what is missing and keeps what is there: an operator may have added users. */
export const makeDatabase = (path: string): void => {
  const database = new Database(path);
  try {
    database.exec('CREATE TABLE IF NOT EXISTS users (user TEXT PRIMARY KEY, password TEXT NOT NULL)');
    const insert = database.prepare('INSERT OR IGNORE INTO users VALUES (?, ?)');
    for (const user of USERS) insert.run(`${user}@${DOMAIN}`, saltedSha512(PASSWORD));
  } finally {
    database.close();
  }
};

/** `{SSHA512}`: base64 of digest and salt. */
const saltedSha512 = (password: string): string => {
  const salt = randomBytes(8);
  const digest = createHash('sha512').update(password).update(salt).digest();
  return `{SSHA512}${Buffer.concat([digest, salt]).toString('base64')}`;
};
