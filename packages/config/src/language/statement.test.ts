import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitLines } from './file-lines.ts';
import { parseStatement, type Statement } from './statement.ts';

const parse = (line: string, soFar = ''): Statement => parseStatement(line, soFar, () => undefined);
const set = (key: string, text: string, from: 'text' | 'file' | 'variables' = 'text'): Statement => ({
  is: 'set',
  key,
  value: { from, text },
});

test.each<[string, Statement]>([
  ['', { is: 'nothing' }],
  ['  # x = y', { is: 'nothing' }],
  ['a=b', set('a', 'b')],
  [' \ta   =   b c   ', set('a', 'b c')],
  ['a =', set('a', '')],
  ['a = "b # c" # d', set('a', 'b # c')],
  ["a = Don't stop # this", set('a', "Don't stop # this")],
  ['a = "b \\" c"', set('a', 'b " c')],
  ['a = "x" y', set('a', '"x" y')],
  ['a = $b c', set('a', '$b c', 'variables')],
  ['a = "$b"', set('a', '$b')],
  ['a = <  /etc/x', set('a', '/etc/x', 'file')],
  ['a {', { is: 'begin', name: 'a', arg: '' }],
  ['a b {', { is: 'begin', name: 'a', arg: 'b' }],
  ['a "b c" {', { is: 'begin', name: 'a', arg: 'b c' }],
  ['a "b"{', { is: 'begin', name: 'a', arg: 'b' }],
  ['}', { is: 'end' }],
  ['!include a*.conf', { is: 'include', pattern: 'a*.conf', optional: false }],
  ['!include_try a', { is: 'include', pattern: 'a', optional: true }],
  ['a b c {', { is: 'wrong', text: "Expecting '{'" }],
  ['a', { is: 'wrong', text: "Expecting '{'" }],
  ['} a', { is: 'wrong', text: "Expecting '{'" }],
  ['a { b }', { is: 'wrong', text: "Garbage after '{'" }],
  ['a = b \\', { is: 'unfinished', soFar: 'a = b ' }],
])('%s', (line, statement) => {
  expect(parse(line)).toEqual(statement);
});

test('a line goes on with one space between', () => {
  expect(parse('   two', 'a = one ')).toEqual(set('a', 'one two'));
});

test.each([
  ['a = b#c', 1],
  ['a = b #c', 0],
  ['a = b\t#c', 0],
])('%s gives %d warnings', (line, expected) => {
  let warnings = 0;
  parseStatement(line, '', () => warnings++);
  expect(warnings).toBe(expected);
});

test.each([
  ['a\nb', ['a', 'b']],
  ['a\r\nb\n', ['a', 'b']],
  ['a\n\n', ['a', '']],
  ['a\0b\nc', ['a', 'c']],
  ['', []],
])('lines of %j', (text, lines) => {
  expect(splitLines(text)).toEqual(lines);
});

const textOf = (letters: string): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...letters.split('')) });

test('spaces around a line mean nothing', () => {
  fc.assert(
    fc.property(textOf('ab ={}"\'\\!#<$\t'), (text) => {
      expect(parse(` \t${text}\t `)).toEqual(parse(text));
    }),
  );
});

test('a quoted value comes out as it went in', () => {
  fc.assert(
    fc.property(textOf('a #"\'\\$<='), (text) => {
      const quoted = `a = "${text.replace(/["'\\]/g, '\\$&')}"`;
      expect(parse(quoted)).toEqual(set('a', text));
    }),
  );
});
