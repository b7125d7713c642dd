/**
 * The number by which the director and the login processes know a user (lib-mail/mail-user-hash.c): the first four
 * bytes of the MD5 of `director_username_hash` expanded with %u %n %d, big-endian, and 1 in place of 0. Both sides must
 * compute the same, else KICK-DIRECTOR-HASH drops nobody.
 */
import { asciiLower } from './ascii.ts';
import type { Digests } from './digest.ts';
import { parsedTemplate, type Variables } from './expand.ts';

/** 1 to 2^32-1; `error`: why the format cannot be expanded, in Dovecot's words ("Unknown variable '%x'"). */
export type UserHash = (username: string) => number | { readonly error: string };

export type UserHashOptions = {
  readonly digests: Digests;
  /** `hostname`, `pid`, `env:NAME`; undefined: no such variable. */
  readonly host: Variables;
  /** The first four bytes of an MD5, big-endian, for callers who have a faster way to them. */
  readonly md5Start?: (bytes: string) => number;
};

export const createUserHash = (format: string, { digests, host, md5Start }: UserHashOptions): UserHash => {
  const start = md5Start ?? ((bytes) => firstBytes(digests.hash('md5', Buffer.from(bytes, 'latin1'))));
  // The two formats that nearly everybody has cost no expansion: a director hashes with each request.
  if (format === '%Lu') return (username) => start(asciiLower(username)) || 1;
  if (format === '%u') return (username) => start(username) || 1;
  const template = parsedTemplate(format, digests);
  return (username) => {
    const { text, error } = template((name) => userVariable(name, username) ?? host(name));
    return error === undefined ? start(text) || 1 : { error: error.message };
  };
};

const firstBytes = (digest: Uint8Array): number => {
  const [a = 0, b = 0, c = 0, d = 0] = digest;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
};

const userVariable = (name: string, username: string): string | undefined => {
  switch (name) {
    case '%u':
    case 'user':
      return username;
    case '%n':
    case 'username':
      return username.split('@', 1)[0] ?? '';
    case '%d':
    case 'domain':
      return username.includes('@') ? username.slice(username.indexOf('@') + 1) : '';
    default:
      return undefined;
  }
};
