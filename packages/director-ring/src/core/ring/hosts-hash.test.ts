import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ip } from '../../testing/core.ts';
import { createMailHosts, type NewMailHost } from '../host/mail-hosts.ts';
import { hostsHash } from './hosts-hash.ts';

const md5Start = (text: string): number => createHash('md5').update(text, 'latin1').digest().readUInt32BE(0);

/** `ip/vhosts[@tag][ down]` */
const read = (text: string): NewMailHost => {
  const [, address, vhosts, tag = '', down] = /^(.*)\/(\d+)(?:@(\w+))?( down)?$/.exec(text) ?? [];
  return { ip: ip(address ?? ''), hostname: 'any', tag, vhosts: Number(vhosts), isDown: down !== undefined };
};

const four = ['127.0.0.11/100', '127.0.0.12/100', '127.0.0.13/100@tagA', '127.0.0.14/100@tagA'];

// Captured: dovecot 2.3.19.1.
test.each([
  [four, 277094071],
  [[...four, '127.0.0.15/50'], 255516499],
  [[...four, '127.0.0.15/60 down', '127.0.0.16/10@tagA'], 166205834],
  [['127.0.0.11/100', '127.0.0.12/100'], 3138082989],
  [['10.2.0.11/3', '10.2.0.12/2', '10.2.0.13/0', '10.2.0.21/100@gold', '2001:db8::1/100@gold'], 2404823059],
  [[], 1],
])('%j is %i', (rows, hash) => {
  const hosts = createMailHosts({ md5Start, expireSeconds: 60, seed: 1 });
  for (const row of rows.toReversed()) hosts.add(read(row));
  expect(hostsHash(hosts.all())).toBe(hash);
});
