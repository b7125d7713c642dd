/** MD5-CRYPT, `$1$salt$hash`: Poul-Henning Kamp's scheme of FreeBSD, salt of at most 8 characters, 1000 rounds. */
import { hash } from 'node:crypto';
import type { ByteString } from '@homing/wire';
import { toCrypt64 } from './crypt-base64.ts';

const MAGIC = '$1$';
const ROUNDS = 1000;
const MAX_SALT = 8;

const md5 = (...parts: readonly Buffer[]): Buffer => hash('md5', Buffer.concat(parts), 'buffer');

export const md5Crypt = (password: ByteString, setting: ByteString): ByteString => {
  const afterMagic = setting.startsWith(MAGIC) ? setting.slice(MAGIC.length) : setting;
  const saltText = (afterMagic.split('$', 1)[0] ?? '').slice(0, MAX_SALT);
  const key = Buffer.from(password, 'latin1');
  const salt = Buffer.from(saltText, 'latin1');
  let digest = start(key, salt);
  for (let round = 0; round < ROUNDS; round++) {
    const odd = round % 2 === 1;
    const parts = [odd ? key : digest];
    if (round % 3 !== 0) parts.push(salt);
    if (round % 7 !== 0) parts.push(key);
    parts.push(odd ? digest : key);
    digest = md5(...parts);
  }
  return `${MAGIC}${saltText}$${encode(digest)}`;
};

const start = (key: Buffer, salt: Buffer): Buffer => {
  const alternate = md5(key, salt, key);
  const parts = [key, Buffer.from(MAGIC), salt];
  for (let left = key.length; left > 0; left -= 16) parts.push(alternate.subarray(0, Math.min(left, 16)));
  // The bits of the length choose a NUL or the key's first byte.
  for (let bits = key.length; bits > 0; bits >>>= 1) parts.push(bits & 1 ? Buffer.alloc(1) : key.subarray(0, 1));
  return md5(...parts);
};

const ORDER = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const;

const encode = (digest: Buffer): string => {
  let text = '';
  for (const [a, b, c] of ORDER) {
    text += toCrypt64((digest.readUInt8(a) << 16) | (digest.readUInt8(b) << 8) | digest.readUInt8(c), 4);
  }
  return text + toCrypt64(digest.readUInt8(11), 2);
};
