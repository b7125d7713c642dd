import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeProxyNotify, parseProxyNotify } from './proxy-notify.ts';

test('a line is the name', () => {
  expect(encodeProxyNotify('alice')).toBe('alice\n');
  expect(parseProxyNotify('a\x01tb')).toBe('a\tb');
});

test('every name of bytes survives', () => {
  const bytes = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)) });
  fc.assert(
    fc.property(bytes, (name) => {
      const line = encodeProxyNotify(name);
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(parseProxyNotify(line.slice(0, -1))).toBe(name);
    }),
  );
});
