import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { WireError } from './errors.ts';

test.each([
  ['', ''],
  ['AA==', '\0'],
  ['AGFsaWNlAHNlY3JldA==', '\0alice\0secret'],
  ['/+8=', '\xff\xef'],
])('%j', (text, bytes) => {
  expect(decodeBase64(text)).toBe(bytes);
});

test.each([
  '=',
  '==',
  'A',
  'AA',
  'AAA',
  'AA=',
  'A===',
  'AA==AA==',
  'AA =',
  ' AAA',
  'AAA\n',
  '****',
  'AAAA=',
  '-_AA',
  'AA\tAA',
])('%j is refused', (text) => {
  expect(() => decodeBase64(text)).toThrow(WireError);
});

test('accepts what the grammar allows and nothing else', () => {
  const grammar = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
  const text = fc.string({
    unit: fc.constantFrom('A', 'z', '9', '+', '/', '=', '=', '=', ' ', '\t', '\n', '-', '\xff'),
    maxLength: 12,
  });
  fc.assert(
    fc.property(text, (given) => {
      if (grammar.test(given)) expect(decodeBase64(given)).toBe(Buffer.from(given, 'base64').toString('latin1'));
      else expect(() => decodeBase64(given)).toThrow(WireError);
    }),
    { numRuns: 2000 },
  );
});

test('what is encoded decodes to the same bytes', () => {
  const bytes = fc.uint8Array().map((array) => Buffer.from(array).toString('latin1'));
  fc.assert(
    fc.property(bytes, (text) => {
      expect(decodeBase64(encodeBase64(text))).toBe(text);
    }),
  );
});
