import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isPlainField } from './plain-field.ts';

test('no key that applyPassdbField acts on is plain', () => {
  const source = readFileSync(new URL('passdb-field.ts', import.meta.url), 'utf8');
  const keys = [...source.matchAll(/case '(\w+)':/g)].map(([, key]) => key ?? '');
  expect(keys).toContain('allow_nets');
  expect(keys.filter(isPlainField)).toEqual([]);
});

test.each(['proxy', 'host', 'nopassword', 'forward_x', 'pass', 'userdb'])('%s is plain', (key) => {
  expect(isPlainField(key)).toBe(true);
});

test.each(['', 'userdb_home', 'proxy:protected', 'proxy:remove', 'a\tb', 'a=b', 'a\x01'])('%j is not', (key) => {
  expect(isPlainField(key)).toBe(false);
});
