import { expect, test } from 'vitest';
import { parseSourceAddresses, rotate } from './source-address.ts';

test.each([
  ['', false, []],
  ['10.0.0.1 10.0.0.2', false, ['10.0.0.1', '10.0.0.2']],
  ['10.0.0.1, ::1', false, ['10.0.0.1', '::1']],
  ['?10.0.0.1', true, ['10.0.0.1']],
])('%j', (setting, onlyBindable, entries) => {
  expect(parseSourceAddresses(setting)).toEqual({ onlyBindable, entries });
});

test('addresses take turns from any beginning', () => {
  const next = rotate(['a', 'b', 'c'], () => 1);
  expect([next(), next(), next(), next()]).toEqual(['b', 'c', 'a', 'b']);
});

test('no addresses: the kernel chooses', () => {
  const next = rotate([], () => expect.fail('nothing to pick'));
  expect([next(), next()]).toEqual([undefined, undefined]);
});
