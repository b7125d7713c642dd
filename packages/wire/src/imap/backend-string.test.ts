import { expect, test } from 'vitest';
import { backendNString, backendString } from './backend-string.ts';

test.each([
  ['', '""'],
  ['pass1', '"pass1"'],
  ['u"1\\x', '"u\\"1\\\\x"'],
  ['""""', '"\\"\\"\\"\\""'],
  ['"""""', '{5}\r\n"""""'],
  ['p\xc3\xa4ssw', '{6}\r\np\xc3\xa4ssw'],
  ['a\r\nL LOGIN', '{10}\r\na\r\nL LOGIN'],
])('%j is sent as %j', (value, expected) => {
  expect(backendString(value)).toBe(expected);
});

test('no value is NIL, the text NIL is quoted', () => {
  expect(backendNString(undefined)).toBe('NIL');
  expect(backendNString('NIL')).toBe('"NIL"');
});
