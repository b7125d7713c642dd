import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { md5Start } from './md5.ts';

const reference = (bytes: string): number =>
  createHash('md5').update(Buffer.from(bytes, 'latin1')).digest().readUInt32BE(0);

test.each(Array.from({ length: 130 }, (_, length) => length))('%i bytes', (length) => {
  const bytes = Array.from({ length }, (_, i) => String.fromCharCode((i * 37 + length) & 255)).join('');
  expect(md5Start(bytes)).toBe(reference(bytes));
});

test('every byte string has the start that OpenSSL finds', () => {
  const bytes = fc.uint8Array({ maxLength: 70 }).map((array) => Buffer.from(array).toString('latin1'));
  fc.assert(
    fc.property(bytes, (text) => {
      expect(md5Start(text)).toBe(reference(text));
    }),
  );
});
