/** Plain and salted digests of the password, and the pre-computed secrets of CRAM-MD5 and DIGEST-MD5. */
import { createHash, hash } from 'node:crypto';
import { md4 } from '@homing/config';
import type { ByteString } from '@homing/wire';
import { hmacMd5Context } from './cram-md5-context.ts';
import { equalInConstantTime } from './equal.ts';
import type { Scheme } from './scheme.ts';
import type { Encoding } from './stored-password.ts';
import { SchemeError } from './verdict.ts';

const digest = (algorithm: string, text: ByteString): ByteString =>
  hash(algorithm, Buffer.from(text, 'latin1'), 'buffer').toString('latin1');

const fixed = (
  encoding: Encoding,
  rawLength: number,
  secret: (given: ByteString, user: ByteString) => ByteString,
): Scheme => ({
  encoding,
  rawLength,
  check: (given, raw, { user }) => equalInConstantTime(secret(given, user), raw),
});

export const sha1: Scheme = fixed('base64', 20, (given) => digest('sha1', given));
export const sha256: Scheme = fixed('base64', 32, (given) => digest('sha256', given));
export const sha512: Scheme = fixed('base64', 64, (given) => digest('sha512', given));
export const plainMd5: Scheme = fixed('hex', 16, (given) => digest('md5', given));
export const ldapMd5: Scheme = fixed('base64', 16, (given) => digest('md5', given));
export const plainMd4: Scheme = fixed('hex', 16, (given) => md4(Buffer.from(given, 'latin1')).toString('latin1'));
export const cramMd5: Scheme = fixed('hex', 32, (given) => hmacMd5Context(given));
export const digestMd5: Scheme = fixed('hex', 16, (given, user) => digestMd5Secret(given, user));

/** MD5(user:realm:password). */
export const digestMd5Secret = (given: ByteString, user: ByteString): ByteString =>
  digest('md5', `${withRealm(user)}:${given}`);

/** `user@realm` -> `user:realm`; the last `@` counts. */
const withRealm = (user: ByteString): ByteString => {
  const at = user.lastIndexOf('@');
  return at === -1 ? `${user}:` : `${user.slice(0, at)}:${user.slice(at + 1)}`;
};

/** digest(password ‖ salt) ‖ salt, with at least one byte of salt. */
const salted = (name: string, algorithm: string, length: number): Scheme => ({
  encoding: 'base64',
  rawLength: 0,
  check(given, raw) {
    if (raw.length <= length) throw new SchemeError(`${name} password is too short`);
    const state = createHash(algorithm).update(given, 'latin1').update(raw.slice(length), 'latin1');
    return equalInConstantTime(state.digest().toString('latin1'), raw.slice(0, length));
  },
});

export const smd5: Scheme = salted('SMD5', 'md5', 16);
export const ssha: Scheme = salted('SSHA', 'sha1', 20);
export const ssha256: Scheme = salted('SSHA256', 'sha256', 32);
export const ssha512: Scheme = salted('SSHA512', 'sha512', 64);
