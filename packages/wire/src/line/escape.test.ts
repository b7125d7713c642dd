import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeTab, joinTabs, splitTabs, unescapeTab } from './escape.ts';

const byteString = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 }).map((b) => String.fromCharCode(...b));

test.each([
  ['a\tb', 'a\x01tb'],
  ['\0\x01\r\n', '\x010\x011\x01r\x01n'],
  ['plain=value \\', 'plain=value \\'],
])('%j is escaped as %j', (raw, escaped) => {
  expect(escapeTab(raw)).toBe(escaped);
  expect(unescapeTab(escaped)).toBe(raw);
});

test('an unknown escape yields its byte, a lone one at the end is dropped', () => {
  expect(unescapeTab('a\x01xb\x01')).toBe('axb');
});

test('an empty line has no fields, a trailing TAB one more', () => {
  expect(splitTabs('')).toEqual([]);
  expect(splitTabs('OK\t13\t')).toEqual(['OK', '13', '']);
});

test('every non-empty list of fields survives the wire', () => {
  fc.assert(
    fc.property(fc.array(byteString, { minLength: 1, maxLength: 6 }), (fields) => {
      fc.pre(fields.length > 1 || fields[0] !== '');
      expect(splitTabs(joinTabs(fields))).toEqual(fields);
    }),
  );
});
