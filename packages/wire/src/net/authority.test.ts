import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatHostPort, percentDecoded, readAuthority } from './authority.ts';

test.each([
  ['h', { userinfo: undefined, host: 'h', port: undefined }, ''],
  ['u@h:1/x', { userinfo: 'u', host: 'h', port: 1 }, '/x'],
  ['u%40d;AUTH=*@127.0.0.1:143]', { userinfo: 'u%40d;AUTH=*', host: '127.0.0.1', port: 143 }, ']'],
  ['@h', { userinfo: '', host: 'h', port: undefined }, ''],
  ['[2001:db8::1]:993/', { userinfo: undefined, host: '2001:db8::1', port: 993 }, '/'],
  ['h:', { userinfo: undefined, host: 'h', port: undefined }, ':'],
  ['h:123456', { userinfo: undefined, host: 'h', port: 12_345 }, '6'],
])('%j', (text, authority, rest) => {
  expect(readAuthority(text)).toEqual({ authority, rest });
});

test.each(['', '@', '/x', '[::1', '[]', 'h:0', 'h:65536', '[zz]', '\r\nh'])('none: %j', (text) => {
  expect(readAuthority(text)).toBeUndefined();
});

test.each([
  ['u%40d%25', 'u@d%'],
  ['%c3%BC', '\xc3\xbc'],
  ['a%', undefined],
  ['a%4', undefined],
  ['a%zz', undefined],
  ['a%00', undefined],
  ['a%0d%0a', undefined],
])('decoded: %j', (text, decoded) => {
  expect(percentDecoded(text)).toBe(decoded);
});

test('brackets for IPv6 alone', () => {
  expect([formatHostPort('127.0.0.1', 143), formatHostPort('::1', 143)]).toEqual(['127.0.0.1:143', '[::1]:143']);
});

test('what is read and what is left make up the text, however long', () => {
  const part = fc.constantFrom('u', '%40', '@', '[', ':', '::1]', '1.2', ']', ';AUTH=*', '/');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 3000 }), (parts) => {
      const text = parts.join('');
      const read = readAuthority(text);
      if (read !== undefined) expect(text.endsWith(read.rest)).toBe(true);
    }),
  );
});
