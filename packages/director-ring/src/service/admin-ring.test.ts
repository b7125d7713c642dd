/** Admin connections of a director in a ring: commands that wait for it, over real sockets between two directors. */
import { connectInProcess, createMemoryLog } from '@homing/io';
import { afterEach, expect, test } from 'vitest';
import { createPeer, type Peer } from '../testing/peer.ts';
import { openPlace, type RingMember, startRingMember, until } from '../testing/ring-site.ts';

const HELLO = 'VERSION\tdirector-doveadm\t1\t0\n';

const running: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one[Symbol.asyncDispose]();
});

const startTwo = async (): Promise<[RingMember, RingMember]> => {
  const one = await openPlace('127.3.1.1');
  const two = await openPlace('127.3.1.2');
  const hosts = [one.host, two.host];
  const members: [RingMember, RingMember] = [await startRingMember(one, hosts), await startRingMember(two, hosts)];
  running.push(...members);
  await until(() => members.every(({ director }) => director.status().ring.state === 'synced'));
  return members;
};

const open = async ({ director }: RingMember): Promise<Peer> => {
  const client = createPeer();
  await connectInProcess(director.acceptAdmin, createMemoryLog('test'))(client.factory);
  client.outlet?.send(HELLO);
  return client;
};

const hosts = ({ director }: RingMember): string[] =>
  director.status().hosts.map(({ ip, vhosts, isUp }) => `${ip} ${vhosts}${isUp ? '' : ' down'}`);

// One packet: upstream answers the first and forgets the second; of three it forgets the second and answers the third.
test('lines behind one that waits are run, in order', async () => {
  const [one, two] = await startTwo();
  const client = await open(one);
  client.outlet?.send('HOST-DOWN\t10.2.0.12\nHOST-LIST\nHOST-SET\t10.2.0.11\t1\nHOST-SET\t10.2.0.11\t2\n');
  await until(() => client.received.split('OK\n').length === 4);
  const replies = client.received.slice(HELLO.length).replaceAll(/\d{10}/g, 'now');
  const rows = '10.2.0.11\t100\t0\t\tU\t0\n10.2.0.12\t100\t0\t\tD\tnow\n10.2.0.13\t100\t0\t\tU\t0\n\n';
  expect(replies).toBe(`OK\n${rows}OK\nOK\n`);
  expect(hosts(two)).toEqual(['10.2.0.11 2', '10.2.0.12 100 down', '10.2.0.13 100']);
});

test('all is run even if the client leaves at once, as poolmon does', async () => {
  const [one, two] = await startTwo();
  const names = Array.from({ length: 20 }, (_, i) => `user${i}`);
  for (const name of names) await one.login(name);
  await until(() => two.director.status().users === names.length);
  const client = await open(one);
  client.outlet?.send('HOST-DOWN\t10.2.0.12\nHOST-FLUSH\t10.2.0.12\n');
  client.outlet?.close();
  await until(() => hosts(two)[1] === '10.2.0.12 100 down' && two.director.status().users < names.length);
  expect(two.director.status().users).toBe(one.director.status().users);
});
