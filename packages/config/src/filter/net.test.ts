import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isInNet, parseIp, parseNet, printIp, printNet } from './net.ts';
import { matchesName } from './server-name.ts';

test.each([
  ['10.1.2.3', '10.0.0.0/8', true],
  ['11.1.2.3', '10.0.0.0/8', false],
  ['10.1.2.3', '10.1.2.2/31', true],
  ['10.1.2.4', '10.1.2.2/31', false],
  ['10.1.2.3', '0.0.0.0/0', true],
  ['::ffff:10.1.2.3', '10.0.0.0/8', true],
  ['2001:db8:1::1', '2001:db8::/32', true],
  ['2001:db9::1', '2001:db8::/32', false],
  ['10.1.2.3', '::/0', false],
])('%s in %s: %s', (address, network, expected) => {
  const ip = parseIp(address);
  const net = parseNet(network);
  expect(ip !== undefined && net !== undefined && isInNet(ip, net)).toBe(expected);
});

test.each([
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
  ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['10.0.0.1/32', '10.0.0.1'],
])('%s prints as %s', (text, printed) => {
  const net = parseNet(text);
  expect(net === undefined ? undefined : printNet(net)).toBe(printed);
});

test.each(['', '1.2.3', '1.2.3.256', '1.2.3.4/33', '::1/129', '1::2::3', 'a', '1:2:3', '1.2.3.4/x', '1.2.3.4/8/9'])(
  '%j is no network',
  (text) => {
    expect(parseNet(text)).toBeUndefined();
  },
);

test('an address is read back from what is printed', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const ip = parseIp(text);
      expect(ip).toBeDefined();
      if (ip !== undefined) expect(parseIp(printIp(ip))).toEqual(ip);
    }),
  );
});

test.each([
  ['*.example.com', 'a.example.com', true],
  ['*.example.com', 'a.b.example.com', false],
  ['*.example.com', 'example.com', false],
  ['mail.example.com', 'MAIL.Example.com', true],
  ['m?il.example.com', 'mail.example.com', true],
  ['*', 'a', false],
  ['a', 'ab', false],
])('%s for %s: %s', (pattern, name, expected) => {
  expect(matchesName(pattern, name)).toBe(expected);
});
