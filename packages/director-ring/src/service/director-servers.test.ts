import { ConfigError } from '@homing/config';
import { expect, test } from 'vitest';
import { ip } from '../testing/core.ts';
import { findDirectors } from './director-servers.ts';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  ring: ['10.0.0.3', '10.0.0.1', '10.0.0.2'],
  d1: ['10.0.0.1'],
  both: ['10.0.0.1', '2001:db8::1'],
};

const find = async (servers: string, listener: string, owned: readonly string[] = []): Promise<string> => {
  const [, address = '', port = ''] = /^(.*),(\d+)$/.exec(listener) ?? [];
  const { self, others } = await findDirectors({
    servers,
    ring: listener === '' ? undefined : { ip: ip(address), port: Number(port) },
    resolve: (name) => Promise.resolve(NAMES[name] ?? []),
    canBind: (address) => Promise.resolve(owned.includes(address)),
  });
  return [self, ...others].map((director) => `${director.ip},${director.port}`).join(' ');
};

test.each([
  ['', '', '127.0.0.1,0'],
  ['', '10.0.0.1,9090', '127.0.0.1,0'],
  ['10.0.0.1', '10.0.0.1,9090', '10.0.0.1,9090'],
  ['10.0.0.2  10.0.0.1', '10.0.0.1,9090', '10.0.0.1,9090 10.0.0.2,9090'],
  ['10.0.0.9 10.0.0.10 10.0.0.2', '10.0.0.10,9090', '10.0.0.10,9090 10.0.0.2,9090 10.0.0.9,9090'],
  ['d1 ring', '10.0.0.2,9090', '10.0.0.2,9090 10.0.0.1,9090 10.0.0.3,9090'],
  ['ring:99 10.0.0.1:98', '10.0.0.1,99', '10.0.0.1,99 10.0.0.1,98 10.0.0.2,99 10.0.0.3,99'],
  ['2001:db8::1 [2001:db8::2]:91 [2001:db8::3]', '2001:db8::1,90', '2001:db8::1,90 2001:db8::2,91 2001:db8::3,90'],
  ['2001:DB8:0::1', '2001:db8::1,90', '2001:db8::1,90'],
])('%j with a listener at %j: %s', async (servers, listener, directors) => {
  expect(await find(servers, listener)).toBe(directors);
});

test('a listener on every address: the first of the ring that is ours', async () => {
  const owned = ['10.0.0.2', '10.0.0.3'];
  expect(await find('ring', '0.0.0.0,90', owned)).toBe('10.0.0.2,90 10.0.0.1,90 10.0.0.3,90');
  expect(await find('2001:db8::2 2001:db8::1', '::,90', ['2001:db8::1'])).toBe('2001:db8::1,90 2001:db8::2,90');
});

test.each([
  ['d1', '', 'No inet_listeners defined for director service (for standalone keep director_servers empty)'],
  ['d1 10.0.0.9', '10.0.0.2,9090', "director_servers doesn't list ourself (10.0.0.2:9090)"],
  ['d1:91', '10.0.0.1,9090', "director_servers doesn't list ourself (10.0.0.1:9090)"],
  ['d1:91', '0.0.0.0,9090', "director_servers doesn't list ourself"],
  ['ring nosuch', '10.0.0.1,9090', 'Unknown director host: nosuch'],
  ['ring nosuch:80', '10.0.0.1,9090', 'Unknown director host: nosuch'],
  ['d1:0', '10.0.0.1,9090', "Invalid director host:port in 'd1:0'"],
  ['d1:', '10.0.0.1,9090', "Invalid director host:port in 'd1:'"],
  ['d1:65536', '10.0.0.1,9090', "Invalid director host:port in 'd1:65536'"],
  ['[2001:db8::1', '10.0.0.1,9090', "Invalid director host:port in '[2001:db8::1'"],
  ['[2001:db8::1]80', '10.0.0.1,9090', "Invalid director host:port in '[2001:db8::1]80'"],
  ['1:2:80', '10.0.0.1,9090', 'Unknown director host: 1:2:80'],
  [
    'both',
    '10.0.0.1,9090',
    'director_servers has IPv4 and IPv6 addresses (10.0.0.1 and 2001:db8::1), but a ring has one kind',
  ],
])('%j with a listener at %j is refused: %s', async (servers, listener, message) => {
  await expect(find(servers, listener)).rejects.toThrow(new ConfigError(message));
});
