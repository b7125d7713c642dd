import { expect, test } from 'vitest';
import { ip } from '../testing/core.ts';
import { parseAllowNets } from './allow-nets.ts';

test.each([
  ['', '10.0.0.1', false],
  ['10.0.0.1', '10.0.0.1', true],
  ['10.0.0.1', '10.0.0.2', false],
  ['10.0.0.0/30', '10.0.0.3', true],
  ['10.0.0.0/30', '10.0.0.4', false],
  ['192.0.2.0/24 10.0.0.0/8', '10.255.0.4', true],
  ['0.0.0.0/0', '192.0.2.1', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['2001:db8::/33', '2001:db8:7fff::1', true],
  ['2001:db8::/33', '2001:db8:8000::1', false],
  ['[2001:db8::1]', '2001:db8::1', true],
])('%j with %s: %s', (setting, address, isAllowed) => {
  const nets = parseAllowNets(setting);
  expect(nets.invalid).toEqual([]);
  expect(nets.isAllowed(ip(address))).toBe(isAllowed);
});

test('what is no network is told', () => {
  expect(parseAllowNets('10.0.0.0/33, d2.example.com 10.0.0.1 10.0.0.0/8/8 ::/129 10.0.0.0/x').invalid).toEqual([
    '10.0.0.0/33',
    'd2.example.com',
    '10.0.0.0/8/8',
    '::/129',
    '10.0.0.0/x',
  ]);
});
