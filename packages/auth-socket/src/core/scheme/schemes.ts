/** All schemes by name, upper case. OTP is not among them: its stored state must change with each login. */
import type { Scheme } from './scheme.ts';
import { argon2 } from './scheme-argon2.ts';
import { blfCrypt, crypt, md5, md5Crypt } from './scheme-crypt.ts';
import {
  cramMd5,
  digestMd5,
  ldapMd5,
  plainMd4,
  plainMd5,
  sha1,
  sha256,
  sha512,
  smd5,
  ssha,
  ssha256,
  ssha512,
} from './scheme-digest.ts';
import { pbkdf2Scheme } from './scheme-pbkdf2.ts';
import { plain, plainTrunc } from './scheme-plain.ts';
import { scram } from './scheme-scram.ts';

export const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['PLAIN', plain],
  ['CLEAR', plain],
  ['CLEARTEXT', plain],
  ['PLAIN-TRUNC', plainTrunc],
  ['CRYPT', crypt],
  ['DES-CRYPT', crypt],
  ['SHA256-CRYPT', crypt],
  ['SHA512-CRYPT', crypt],
  ['MD5-CRYPT', md5Crypt],
  ['MD5', md5],
  ['BLF-CRYPT', blfCrypt],
  ['ARGON2I', argon2],
  ['ARGON2ID', argon2],
  ['PBKDF2', pbkdf2Scheme],
  ['SHA', sha1],
  ['SHA1', sha1],
  ['SHA256', sha256],
  ['SHA512', sha512],
  ['SMD5', smd5],
  ['SSHA', ssha],
  ['SSHA256', ssha256],
  ['SSHA512', ssha512],
  ['PLAIN-MD4', plainMd4],
  ['PLAIN-MD5', plainMd5],
  ['LDAP-MD5', ldapMd5],
  ['CRAM-MD5', cramMd5],
  ['HMAC-MD5', cramMd5],
  ['DIGEST-MD5', digestMd5],
  ['SCRAM-SHA-1', scram('SCRAM-SHA-1', 'sha1')],
  ['SCRAM-SHA-256', scram('SCRAM-SHA-256', 'sha256')],
]);

export const schemeNames: readonly string[] = [...SCHEMES.keys()];
