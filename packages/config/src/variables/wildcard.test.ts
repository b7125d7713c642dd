import { expect, test } from 'vitest';
import { wildcardMatch } from './wildcard.ts';

test.each([
  ['', '', true],
  ['', '*', true],
  ['a', '', false],
  ['abc', 'a*c', true],
  ['abc', 'a?c', true],
  ['ac', 'a?c', false],
  ['aXbXc', '*X*c', true],
  ['aXbXd', '*X*c', false],
  ['user@example.com', '*@example.com', true],
  ['a'.repeat(5000), `${'a*'.repeat(50)}b`, false],
])('%s against %s', (text, mask, expected) => {
  expect(wildcardMatch(text, mask)).toBe(expected);
});
