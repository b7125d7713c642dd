/**
 * The number by which the director and the login processes know a user (lib-mail/mail-user-hash.c): the first four
 * bytes of the MD5 of `director_username_hash` expanded with %u %n %d, big-endian, and 1 in place of 0. Both sides must
 * compute the same, else KICK-DIRECTOR-HASH drops nobody.
 */
import type { ByteString } from '../line/bytes.ts';
import { asciiLower } from '../line/bytes.ts';
import { type Md5, parseTemplate, renderVariable } from './template.ts';

/** 1 to 2^32-1. */
export type UserHash = (username: ByteString) => number;

/**
 * `error`: why the format cannot be expanded, in Dovecot's words ("Unknown variable '%x'"). `md5Start`: the first four
 * bytes, big-endian, for callers who have a faster way to them.
 */
export const createUserHash = (
  format: ByteString,
  md5: Md5,
  md5Start: (bytes: ByteString) => number = (bytes) => firstBytes(md5(bytes)),
): UserHash | { error: string } => {
  if (format === '%Lu') return (username) => md5Start(asciiLower(username)) || 1;
  if (format === '%u') return (username) => md5Start(username) || 1;
  const parts = parseTemplate(format);
  for (const part of parts) {
    if (part.part === 'variable' && !VARIABLES.has(part.name)) return { error: `Unknown variable '%${part.name}'` };
  }
  return (username) => {
    let expanded = '';
    for (const part of parts) {
      expanded +=
        part.part === 'text' ? part.text : renderVariable(VARIABLES.get(part.name)?.(username) ?? '', part, md5);
    }
    return md5Start(expanded) || 1;
  };
};

const firstBytes = (digest: Uint8Array): number => {
  const [a = 0, b = 0, c = 0, d = 0] = digest;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
};

const whole = (name: ByteString): ByteString => name;
const local = (name: ByteString): ByteString => name.split('@', 1)[0] ?? '';
const domain = (name: ByteString): ByteString => (name.includes('@') ? name.slice(name.indexOf('@') + 1) : '');

const VARIABLES: ReadonlyMap<string, (name: ByteString) => ByteString> = new Map([
  ['u', whole],
  ['user', whole],
  ['n', local],
  ['username', local],
  ['d', domain],
  ['domain', domain],
]);
