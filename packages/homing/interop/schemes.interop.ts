/** Stored passwords made by `doveadm pw` are accepted by us, and ours by `doveadm pw -t`. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHashing } from '@homing/auth-socket';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { doveadm } from './lib/dovecot.ts';
import { makeInstanceDir } from './lib/server.ts';
import { describeWithDovecot } from './lib/suite.ts';

/** All that 2.3.19.1 lists, but OTP, which we do not have, and PLAIN-TRUNC, whose own output it does not accept. */
const SCHEMES = (
  'SHA1 SSHA512 SCRAM-SHA-256 BLF-CRYPT PLAIN HMAC-MD5 SHA512 SHA DES-CRYPT CRYPT SSHA MD5-CRYPT PLAIN-MD4 PLAIN-MD5 ' +
  'SCRAM-SHA-1 SHA512-CRYPT CLEAR CLEARTEXT ARGON2I ARGON2ID SSHA256 MD5 PBKDF2 SHA256 CRAM-MD5 SHA256-CRYPT SMD5 ' +
  'DIGEST-MD5 LDAP-MD5 SHA256.HEX SSHA.HEX CRAM-MD5.B64 SHA512-CRYPT.B64 SSHA512.BASE64 PLAIN.HEX'
).split(' ');

const USER = 'bob@example.com';
/** More than 8 and fewer than 72 bytes, so that DES and Blowfish look at the same ones; not ASCII. */
const PASSWORD = 'pä§$ wort';
const BYTES = Buffer.from(PASSWORD).toString('latin1');

describeWithDovecot('password schemes', () => {
  const hashing = createHashing(2);
  let dir = '';
  let config = '';
  beforeAll(async () => {
    dir = await makeInstanceDir();
    config = join(dir, 'dovecot.conf');
    await writeFile(config, 'ssl = no\n');
  });
  afterAll(async () => {
    await hashing[Symbol.asyncDispose]();
    await rm(dir, { recursive: true });
  });

  test.each(SCHEMES)('doveadm makes {%s}, we check it', async (scheme) => {
    const made = await doveadm(config, 'pw', '-s', scheme, '-p', PASSWORD, '-u', USER);
    const stored = Buffer.from(made.stdout.trimEnd()).toString('latin1');
    expect(await hashing.verifyPassword(BYTES, stored, 'PLAIN', USER)).toBe(true);
    expect(await hashing.verifyPassword(`x${BYTES}`, stored, 'PLAIN', USER)).toBe(false);
  });

  test.each(SCHEMES)('we make {%s}, doveadm checks it', async (scheme) => {
    const made = await hashing.generatePassword(scheme, { plain: BYTES, user: USER, rounds: 0 });
    const stored = Buffer.from(made ?? '', 'latin1').toString();
    expect(stored.startsWith(`{${scheme}}`)).toBe(true);
    const good = await doveadm(config, 'pw', '-t', stored, '-p', PASSWORD, '-u', USER);
    expect(good).toEqual({ code: 0, stdout: expect.stringMatching(/ \(verified\)\n$/), stderr: '' });
    const bad = await doveadm(config, 'pw', '-t', stored, '-p', 'x', '-u', USER);
    expect(bad.code).toBe(75);
  });
});
