import { expect, test } from 'vitest';
import { parseIpAddress } from './ip-address.ts';
import { isInNetwork, parseNetwork } from './network.ts';

test.each([
  ['10.0.0.1', '10.0.0.1', true],
  ['10.0.0.1', '10.0.0.2', false],
  ['10.0.0.0/30', '10.0.0.3', true],
  ['10.0.0.0/30', '10.0.0.4', false],
  ['10.9.9.9/8', '10.255.1.2', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['192.0.2.128/25', '192.0.2.127', false],
  ['192.0.2.128/25', '192.0.2.129', true],
  ['0.0.0.0/0', '8.8.8.8', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['::/0', '127.0.0.1', false],
  ['2001:db8::/33', '2001:db8:7fff::1', true],
  ['2001:db8::/33', '2001:db8:8000::1', false],
  ['[2001:db8::1]', '2001:db8::1', true],
  ['10.0.0.0/8', '::ffff:10.1.2.3', true],
  ['10.0.0.0/8', '::10.1.2.3', false],
  ['::ffff:10.0.0.0/104', '10.1.2.3', false],
])('%s has %s: %s', (text, address, isIn) => {
  const network = parseNetwork(text);
  const ip = parseIpAddress(address);
  if (network === undefined || ip === undefined) throw new Error('not understood');
  expect(isInNetwork(ip, network)).toBe(isIn);
});

test.each(['', 'd2.example.com', '10.0.0.0/', '10.0.0.0/x', '10.0.0.0/33', '10.0.0.0/8/8', '::/129', '10.0.0.0/-1'])(
  '%j is none',
  (text) => expect(parseNetwork(text)).toBeUndefined(),
);
