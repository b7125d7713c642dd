import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cryptHash } from './crypt/crypt.ts';
import { createVerifyPassword, isKnownScheme, schemeOf } from './verify.ts';

const verify = createVerifyPassword(cryptHash, 10);

const LONG = '08/15!test~4711';
const SHA512 =
  '$6$rounds=1000$0123456789abcdef$ZIAd5WqfyLkpvsVCVUU1GrvqaZTqvhJoouxdSqJO71l9Ld3tVrfOatEjarhghvEYADkq//LpDnTeO90tcbtHR1';

/** Made by `doveadm pw` 2.3.19.1 (auth.md 6.2) or by its test suite. */
const VECTORS = [
  ['pass', '{PLAIN}pass'],
  ['pass', '{cleartext}pass'],
  ['pass', '{PLAIN.b64}cGFzcw=='],
  ['pass', '{PLAIN.HEX}70617373'],
  ['pass', '{PLAIN-TRUNC}4-pass'],
  ['passing', '{PLAIN-TRUNC}4-pass'],
  ['pass', '{PLAIN-TRUNC}8-pass'],
  ['pass', '{PLAIN-MD5}1a1dc91c907325c69271ddf0c944bc72'],
  ['pass', '{PLAIN-MD5}Gh3JHJBzJcaScd3wyUS8cg=='],
  ['pass', '{MD5}1a1dc91c907325c69271ddf0c944bc72'],
  ['pass', '{PLAIN-MD4}52e9e9e4f1cd6d1abc78aa866d2a5509'],
  ['pass', '{LDAP-MD5}Gh3JHJBzJcaScd3wyUS8cg=='],
  ['pass', '{LDAP-MD5}1a1dc91c907325c69271ddf0c944bc72'],
  ['pass', '{SHA1}nU4eI71bcnBGqeO0t9tXvY1u5oQ='],
  ['pass', '{SHA256}10/w7o2juYBrGMh32/KbveULW9jk2tejpyUAD+uC6PE='],
  ['pass', '{SHA256.HEX}d74ff0ee8da3b9806b18c877dbf29bbde50b5bd8e4dad7a3a725000feb82e8f1'],
  ['pass', '{CRAM-MD5}ff5d74b19e3cb9b2b9f4fcb548fe023aeb44f67f231a5a89714d08b5fec22b78'],
  ['pass', '{HMAC-MD5}ff5d74b19e3cb9b2b9f4fcb548fe023aeb44f67f231a5a89714d08b5fec22b78'],
  ['pass', '{DIGEST-MD5}ea0d3592bc7f58099ac510dcb9eadc58'],
  ['pass', '{SSHA}QBkJy6fQ3h077ZfZIhbu1JFKnvn0eEko'],
  ['pass', '{SMD5}qFrcClVBH959b6DmEKfPgRwSveE='],
  ['pass', '{PBKDF2}$1$G1ttvt6X2DRYry5j$5000$55acf4a6173f83d233052496b70f15a019b59b09'],
  ['pass', '{SCRAM-SHA-1}4096,altdn8q4jry/Lvt0pFp87g==,yPjm8So8wPozI4vkLTkSlEt3JQo=,+MZrOmGpZDN4N9kgM4iQI+z10kE='],
  ['pass', '{BLF-CRYPT}$2y$05$xKEUV0yKNG7LjISoKBCgwOVTbWLRZ.0ag2yE1Jm7vBsP9r0/8T7c.'],
  [LONG, '{CRYPT}JBOZ0DgmtucwE'],
  [LONG, '{DES-CRYPT}JBOZ0DgmtucwE'],
  [LONG, '{SHA256-CRYPT}$5$rounds=1000$0123456789abcdef$K/DksR0DT01hGc8g/kt9McEgrbFMKi9qrb1jehe7hn4'],
  [LONG, `{SHA512-CRYPT}${SHA512}`],
  [LONG, `{CRYPT}${SHA512}`],
] as const;

describe.each(VECTORS.filter(([, stored]) => !stored.includes('$2y$')))('%s, %s', (plain, stored) => {
  test('matches', async () => {
    expect(await verify(plain, stored, 'PLAIN', 'bob@x')).toBe(true);
  });
  test('refuses another password', async () => {
    expect(await verify(`x${plain}`, stored, 'PLAIN', 'bob@x')).toBe(false);
    expect(await verify('', stored, 'PLAIN', 'bob@x')).toBe(false);
  });
});

test.each([
  ['pass', '$1$ChkMcCfx$Cs99ppcF.rJRi8/OQ9cFK.', 'PLAIN', false],
  [LONG, SHA512, 'CRYPT', true],
  ['pass', 'pass', 'PLAIN', true],
  ['{x', '{x', 'PLAIN', true],
  ['pass', '', 'CRYPT', false],
  ['pass', '{SHA512-CRYPT}$6$rounds=999$salt$x', 'PLAIN', false],
  ['p'.repeat(600), `{SHA512-CRYPT}${SHA512}`, 'PLAIN', false],
])('%s against %s of default %s', async (plain, stored, scheme, expected) => {
  expect(await verify(plain, stored, scheme)).toBe(expected);
});

test.each([
  ['{NOSUCH}x', 'unknown-scheme'],
  ['{SHA1.B65}x', 'unknown-scheme'],
  ['{}x', 'unknown-scheme'],
])('%s is an unknown scheme', (stored, expected) => {
  expect(verify('pass', stored, 'PLAIN')).toBe(expected);
});

test.each([
  ['{SHA1}nU4eI71b', "Password data is not valid for scheme SHA1: Input length isn't valid (6 instead of 20)"],
  ['{SHA1}!', "Password data is not valid for scheme SHA1: Input isn't valid base64 encoded data"],
  ['{PLAIN.hex}0', "Password data is not valid for scheme PLAIN.hex: Input isn't valid HEX encoded data"],
  ['{SSHA}nU4eI71bcnBGqeO0t9tXvY1u5oQ=', 'Invalid password in passdb: SSHA password is too short'],
  ['{PBKDF2}$2$a$b$c', 'Invalid password in passdb: Invalid PBKDF2 passdb entry prefix'],
  ['{BLF-CRYPT}$6$x', 'Invalid password in passdb: Password is not blowfish password'],
  ['{ARGON2ID}$argon2id$nonsense', 'Invalid password in passdb: Not a valid argon2 password'],
  ['{SCRAM-SHA-1}100,a,b,c', 'Invalid password in passdb: Invalid SCRAM-SHA-1 iteration count in passdb entry'],
  ['{CRYPT}$y$j9T$salt$hash', 'Invalid password in passdb: crypt() failed: $y$ is not supported'],
])('%s is a failure, not a mismatch', async (stored, failure) => {
  expect(await verify('pass', stored, 'PLAIN')).toEqual({ failure });
});

test('only so many slow checks may wait; quick ones are not affected', async () => {
  const stored = '{PBKDF2}$1$G1ttvt6X2DRYry5j$1$55acf4a6173f83d233052496b70f15a019b59b09';
  const few = createVerifyPassword(cryptHash, 2);
  const first = [few('a', stored, 'PLAIN'), few('b', stored, 'PLAIN')];
  expect(few('c', stored, 'PLAIN')).toEqual({ failure: '2 password checks are waiting' });
  expect(few('pass', '{PLAIN}pass', 'PLAIN')).toBe(true);
  for (const verdict of first) expect(await verdict).toBe(false);
  expect(await few('c', stored, 'PLAIN')).toBe(false);
});

test('quick schemes answer at once', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => verify(a, `{PLAIN}${b}`, 'CRYPT') === (a === b)));
});

test('no stored text makes a check throw', async () => {
  const data = fc.string({ unit: fc.constantFrom(...'$156{}.,=abAB/-'.split('')) });
  const scheme = fc.constantFrom(
    'CRYPT',
    'MD5',
    'SSHA',
    'SHA256.HEX',
    'PBKDF2',
    'SCRAM-SHA-1',
    'PLAIN-TRUNC',
    'DES-CRYPT',
  );
  await fc.assert(
    fc.asyncProperty(scheme, data, async (name, text) => {
      const verdict = await verify('pass', `{${name}}${text}`, 'PLAIN');
      expect(verdict === true).toBe(false);
    }),
  );
});

test('names', () => {
  expect(schemeOf('{sha256.hex}00', 'PLAIN')).toBe('sha256.hex');
  expect(schemeOf('plain', 'CRYPT')).toBe('CRYPT');
  expect(isKnownScheme('ssha512.b64')).toBe(true);
  expect(isKnownScheme('SHA3')).toBe(false);
});
