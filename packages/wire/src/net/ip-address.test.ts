import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareIpAddresses, formatIpAddress, ipAddressBytes, parseIpAddress } from './ip-address.ts';

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['15', '0.0.0.15'],
  ['1.2', '1.0.0.2'],
  ['10.1.65535', '10.1.255.255'],
  ['010.0.0.1', '8.0.0.1'],
  ['0x7f.1', '127.0.0.1'],
  ['4294967295', '255.255.255.255'],
  ['127.0.0.1 and more', '127.0.0.1'],
  ['::', '::'],
  ['::1', '::1'],
  ['[2001:DB8::0001]', '2001:db8::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
  ['::10.0.0.1', '::10.0.0.1'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['1::', '1::'],
])('%s is %s', (text, canonical) => {
  expect(parseIpAddress(text)).toBe(canonical);
});

test.each([
  '',
  'foo',
  '1.2.3.4.5',
  '256.1.1.1',
  '4294967296',
  '08.1.1.1',
  '1..2',
  '-1',
  ':1',
  '1:2:3:4:5:6:7',
  '1::2::3',
  '12345::',
  '1:2:3:4:5:6:7:8:9',
  '127.0.0.11:143',
  '1.2.3.4::',
])('%j is no address', (text) => {
  expect(parseIpAddress(text)).toBeUndefined();
});

const anyBytes = fc.oneof(
  fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }),
  fc.array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: 16, maxLength: 16 }),
);

describe('properties', () => {
  test('what is printed reads back as the same bytes, and as an address for others', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = formatIpAddress(bytes);
        expect(ipAddressBytes(text)).toEqual(bytes);
        expect(parseIpAddress(text)).toBe(text);
        expect(isIPv6(text)).toBe(bytes.length === 16);
      }),
    );
  });

  test('any text either is an address or is not', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abf:.[]x '.split('')) }), parseAgain));
  });
});

const parseAgain = (text: string): void => {
  const ip = parseIpAddress(text);
  if (ip !== undefined) expect(parseIpAddress(ip)).toBe(ip);
};

test('IPv4 sorts before IPv6, and by number not by text', () => {
  const sorted = ['9.0.0.1', '10.0.0.1', '10.0.0.11', '::1', '2001:db8::1'];
  const ips = sorted.map((text) => parseIpAddress(text) ?? formatIpAddress([]));
  expect(ips.toReversed().toSorted(compareIpAddresses)).toEqual(sorted);
});
