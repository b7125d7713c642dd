import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ip } from '../../testing/ip.ts';
import { decodeStoredHosts, encodeStoredHosts, mergeHosts, type StoredHost } from './stored-hosts.ts';

const UP = { vhosts: 100, isDown: false, updownTime: 0, hostname: '', isDownForHealth: false };

/** `10.0.0.1@tag=50!`: 50 vhosts, down. */
const host = (text: string): StoredHost => {
  const [, address = '', tag = '', vhosts, down] = /^([^@=!]+)(?:@([^=!]*))?(?:=(\d+))?(!)?$/.exec(text) ?? [];
  const state = down === undefined ? UP : { ...UP, isDown: true, updownTime: 1_795_307_000 };
  return { ...state, ip: ip(address), tag, vhosts: vhosts === undefined ? UP.vhosts : Number(vhosts) };
};
const hosts = (text: string): StoredHost[] =>
  text
    .split(' ')
    .filter((word) => word !== '')
    .map(host);
const rows = (text: string) => hosts(text).map(({ ip: address, tag }) => ({ ip: address, tag }));

const anyHost = fc.record({
  ip: fc.ipV4().map(ip),
  tag: fc.string({ unit: 'binary', maxLength: 5 }).map((text) => Buffer.from(text).toString('latin1')),
  vhosts: fc.nat(1000),
  isDown: fc.boolean(),
  updownTime: fc.nat(0xffff_ffff),
  hostname: fc.constantFrom('', 'backend1.example.com', 'a\tb\n'),
  isDownForHealth: fc.boolean(),
});
const anyFile = fc.record({
  configured: fc.array(fc.record({ ip: fc.ipV6().map(ip), tag: fc.constantFrom('', 'a', '\t') })),
  hosts: fc.array(anyHost),
});

test('mail hosts come back as they were', () => {
  fc.assert(
    fc.property(anyFile, (file) => {
      expect(decodeStoredHosts(encodeStoredHosts(file))).toEqual(file);
    }),
  );
});

test('a file that is cut off or damaged is none', () => {
  fc.assert(
    fc.property(anyFile, fc.nat(), fc.constantFrom('0', '\n', 'x', ''), (file, at, byte) => {
      const text = encodeStoredHosts(file);
      const position = at % text.length;
      expect(decodeStoredHosts(text.slice(0, position))).toBeUndefined();
      const changed = text.slice(0, position) + byte + text.slice(position + 1);
      if (changed !== text) expect(decodeStoredHosts(changed)).toBeUndefined();
    }),
  );
});

test.each([
  // configured then, as it was, configured now, result
  ['10.0.0.1 10.0.0.2', '10.0.0.1! 10.0.0.2=50', '10.0.0.1 10.0.0.2', '10.0.0.1! 10.0.0.2=50'],
  ['10.0.0.1 10.0.0.2', '10.0.0.1 10.0.0.9@b!', '10.0.0.1 10.0.0.2', '10.0.0.1 10.0.0.9@b!'],
  ['10.0.0.1', '10.0.0.1!', '10.0.0.1 10.0.0.3@t', '10.0.0.1! 10.0.0.3@t'],
  ['10.0.0.1 10.0.0.2', '10.0.0.1! 10.0.0.2!', '10.0.0.2', '10.0.0.2!'],
  ['10.0.0.1', '10.0.0.1 10.0.0.9=7', '10.0.0.1 10.0.0.9', '10.0.0.1 10.0.0.9=7'],
  ['10.0.0.1@a', '10.0.0.1@a=20', '10.0.0.1@b', '10.0.0.1@b=20'],
  ['10.0.0.1', '', '10.0.0.1', ''],
])('configured %s, then %s; configured %s: %s', (before, stored, now, result) => {
  expect(mergeHosts({ configured: rows(before), hosts: hosts(stored) }, hosts(now), UP)).toEqual(hosts(result));
});
