import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digests } from '../testing/digests.ts';
import { createUserHash } from './user-hash.ts';

const host = (name: string): string | undefined => (name === 'env:HOME' ? '/root' : undefined);

const bytesFromText = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const hashOf = (format: string, name: string): number => {
  const hash = createUserHash(format, { digests, host })(name);
  if (typeof hash === 'object') throw new Error(hash.error);
  return hash;
};

// Captured: doveadm -o director_username_hash=F director map -u NAME, Dovecot 2.3.19.1.
test.each([
  ['%Lu', 3244357836, 1669653170],
  ['%u', 3322606254, 1669653170],
  ['%Ln', 1669653170, 1669653170],
  ['%Ld', 1522187616, 3558706393],
  ['%n', 1682480261, 1669653170],
  ['%d', 110431022, 3558706393],
  ['x-%u', 4077406374, 74365274],
  ['%2.3u', 2078275429, 2078275429],
  ['%{user}', 3322606254, 1669653170],
  ['%{username}', 1682480261, 1669653170],
  ['%{domain}', 110431022, 3558706393],
])('%s', (format, address, plain) => {
  expect(hashOf(format, 'Alice@Example.COM')).toBe(address);
  expect(hashOf(format, 'alice')).toBe(plain);
});

test.each([
  ['bob', 2677887420],
  ['carol', 2845841792],
  ['dave', 370180999],
  ['tina', 4012572174],
  ['12345', 2189216526],
  ['user1@example.com', 287140048],
  ['müller@example.com', 3386072146],
  ['', 3558706393],
])('%j', (name, hash) => {
  expect(hashOf('%Lu', bytesFromText(name))).toBe(hash);
});

test('only ASCII letters fold', () => {
  expect(hashOf('%Lu', bytesFromText('MÜLLER'))).not.toBe(hashOf('%Lu', bytesFromText('müller')));
});

test('hash 0 becomes 1', () => {
  const zero = { digests: { ...digests, hash: () => new Uint8Array(16) }, host };
  expect(createUserHash('%u', zero)('x')).toBe(1);
  expect(createUserHash('%Ln', { digests, host, md5Start: () => 0 })('x')).toBe(1);
});

test.each([
  ['%x', "Unknown variable '%x'"],
  ['%{nosuch}', "Unknown variable '%nosuch'"],
  ['%{if;%u;<;1;a}', 'if: x (lhs) is not a number'],
])('%s cannot be expanded', (format, error) => {
  expect(createUserHash(format, { digests, host })('x')).toEqual({ error });
});

const modifier = fc.stringMatching(/^(-?0?[0-9]{0,2})?(\.0?-?[0-9]{0,2})?[LURHNMDTXE]{0,3}$/);

test('any template of known variables hashes any name', () => {
  fc.assert(
    fc.property(modifier, fc.constantFrom('u', 'n', 'd', '{user}'), fc.string(), (mods, variable, name) => {
      expect(hashOf(`a%${mods}${variable}%%`, bytesFromText(name))).toBeGreaterThan(0);
    }),
  );
});
