import { expect, test } from 'vitest';
import { matchNetworks } from './networks.ts';

test.each([
  ['127.0.0.0/8', '127.1.2.3', true],
  ['10.0.0.0/8, 192.0.2.1', '192.0.2.1', true],
  ['192.0.2.0/25', '192.0.2.128', false],
  ['192.0.2.0/25', '192.0.2.127', true],
  ['0.0.0.0/0', '8.8.8.8', true],
  ['2001:db8::/32', '2001:db8:1::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['::/0', '127.0.0.1', false],
  ['', '127.0.0.1', false],
])('%s has %s: %s', (list, ip, expected) => {
  expect(matchNetworks(list, ip)).toEqual({ matches: expected, invalid: undefined });
});

test.each(['10.0.0.0/33', 'host', '10.0.0.0/', '::/129'])('%s is invalid and ends the list', (entry) => {
  expect(matchNetworks(`${entry} 127.0.0.1`, '127.0.0.1')).toEqual({ matches: false, invalid: entry });
});
