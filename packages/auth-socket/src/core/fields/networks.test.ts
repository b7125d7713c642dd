import { type IpAddress, parseIpAddress } from '@homing/wire';
import { expect, test } from 'vitest';
import { checkNetworks } from './networks.ts';

const ip = (text: string): IpAddress | undefined => parseIpAddress(text);

test.each([
  ['10.0.0.0/8', '10.255.1.2', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['10.0.0.0/8,192.0.2.1', '192.0.2.1', true],
  ['10.0.0.0/8 192.0.2.1', '192.0.2.2', false],
  ['192.0.2.128/25', '192.0.2.127', false],
  ['192.0.2.128/25', '192.0.2.129', true],
  ['0.0.0.0/0', '8.8.8.8', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/33', '2001:db8:ffff::1', false],
  ['local', '127.0.0.1', false],
  ['', '127.0.0.1', false],
])('%j for %s: %s', (networks, address, allowed) => {
  expect(checkNetworks(networks, ip(address)).allowed).toBe(allowed);
});

test('an unknown address is local only', () => {
  expect(checkNetworks('10.0.0.0/8, local', undefined).allowed).toBe(true);
  expect(checkNetworks('0.0.0.0/0', undefined).allowed).toBe(false);
});

test('what is no network is reported and matches nothing', () => {
  expect(checkNetworks('10.0.0.0/33,nonsense,10.0.0.0/x', ip('10.0.0.1'))).toEqual({
    allowed: false,
    invalid: ['10.0.0.0/33', 'nonsense', '10.0.0.0/x'],
  });
});
