/** Mixed rings are started in every order, at every place of the ring, and are one. */
import { expect, test } from 'vitest';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';
import { kindsOf } from './ring/compositions.ts';
import { loginAll, openLogin } from './ring/login-load.ts';
import { loopback } from './ring/network.ts';
import { agreed, createRing, formed, type Ring } from './ring/ring.ts';
import { hello, startSilentPeer } from './ring/scripted-peer.ts';

/** Kinds by address, and the order of the starts. */
const RINGS = [
  ['DH', '01'],
  ['DH', '10'],
  ['HD', '01'],
  ['HD', '10'],
  ['DHH', '012'],
  ['HDH', '021'],
  ['HHD', '102'],
  ['DHH', '120'],
  ['HDH', '201'],
  ['HHD', '210'],
  ['DDH', '012'],
  ['DHD', '021'],
  ['HDD', '102'],
  ['DDH', '120'],
  ['DHD', '201'],
  ['HDD', '210'],
  ['HHHHH', '43210'],
  ['HHHHH', '20413'],
] as const;

const USERS = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? `gold.user${i}` : `user${i}`));

/** As many as the addresses the rings have: nobody meets a director of another ring. */
const numbered = RINGS.map(([letters, order], number) => ({ letters, order, number }));

/** The second one has a kernel that takes connections, and no more. */
const STOPPED = ['HD', 'HH', 'HDD', 'HHH'];

const inOrder = (ring: Ring, order: string) =>
  order.split('').map((digit) => {
    const member = ring.members[Number(digit)];
    if (member === undefined) throw new Error(`no director ${digit}`);
    return member;
  });

const serves = async (ring: Ring): Promise<void> => {
  await loginAll(ring.members, USERS);
  await agreed(ring.members);
  const lists = await Promise.all(ring.members.map((member) => member.ask('USER-LIST')));
  expect(lists.map((list) => list.length)).toEqual(ring.members.map(() => USERS.length));
};

describeWithDovecot('a ring forms', () => {
  test.concurrent.each(numbered)('$letters, started as $order', async ({ letters, order, number }) => {
    await using network = loopback(number, letters.length);
    await using ring = await createRing({ network, kinds: kindsOf(letters) });
    for (const member of inOrder(ring, order)) {
      await member.start();
    }
    await formed(ring.members, 30_000);
    await serves(ring);
  });

  test.concurrent.each([
    ['HD', '01'],
    ['HDD', '021'],
    ['DHH', '210'],
  ])('%s, started as %s, around one that has been alone and has users', async (letters, order) => {
    await using network = loopback(50 + RINGS.findIndex(([name]) => name === letters), letters.length);
    await using ring = await createRing({ network, kinds: kindsOf(letters) });
    const [first, ...others] = inOrder(ring, order);
    if (first === undefined) throw new Error('an empty ring');
    await first.start();
    await formed([first], 30_000);
    const before = await loginAll([first], USERS.slice(0, 20));
    expect(await first.ask('HOST-UPDATE\t127.2.200.12\t3')).toEqual(['OK']);
    for (const other of others) {
      await other.start();
    }
    await formed(ring.members, 60_000);
    await serves(ring);
    const [last] = others.slice(-1);
    if (last === undefined) throw new Error('nobody joined');
    expect(await loginAll([last], [...before.keys()])).toEqual(before);
    const [, row = ''] = await last.ask('HOST-LIST');
    expect(row).toMatch(/^127\.2\.200\.12\t3\t/);
  });

  test.concurrent.each(STOPPED)('%s, while the second one is stopped in its tracks', async (letters) => {
    await using network = loopback(56 + STOPPED.indexOf(letters), letters.length);
    await using ring = await createRing({
      network,
      kinds: kindsOf(letters),
      settings: 'director_ping_idle_timeout = 3 s\n',
    });
    const [first, ...others] = ring.members;
    if (first === undefined) throw new Error('an empty ring');
    for (const other of others) await other.start();
    await formed(others, 30_000);
    others[0]?.freeze();
    await first.start();
    using client = await openLogin(first.socket('login/director'));
    expect(await client.login('user1')).toMatch(/^127\.2\.200\./);
    others[0]?.thaw();
    await formed(ring.members, 60_000);
    await serves(ring);
  });

  test.concurrent('HDD, the first with room for fewer users than the others have, and again when it comes back', async () => {
    await using network = loopback(63, 3);
    await using ring = await createRing({ network, kinds: kindsOf('HDD'), ours: 'homing_director_max_users = 5\n' });
    for (const member of ring.members) await member.start();
    await formed(ring.members, 30_000);
    const [ours, next, last] = ring.members;
    if (ours === undefined || next === undefined || last === undefined) throw new Error('too small a ring');
    const counts = async (): Promise<number[]> =>
      Promise.all(ring.members.map(async (member) => (await member.ask('USER-LIST')).length));
    const before = await loginAll([next], USERS.slice(0, 20));
    await until('users everywhere', 5000, async () => (await counts()).join() === '5,20,20');
    await ours.stop();
    await ours.start();
    await formed(ring.members, 30_000);
    expect(await counts()).toEqual([5, 20, 20]);
    expect(await loginAll([last], [...before.keys()])).toEqual(before);
    await formed(ring.members);
  });

  const address = (number: number): string => `127.2.${number}.2`;
  test.concurrent.each([
    ['takes connections and says nothing', 60, ''],
    ['says its version and no more', 61, 'VERSION\tdirector\t1\t9\n'],
    ['says who it is and no more', 62, hello(address(62))],
  ])('around one that %s', async (_, number, words) => {
    await using network = loopback(number, 1);
    await using _peer = await startSilentPeer(address(number), words);
    await using ring = await createRing({ network, kinds: ['homing'], peers: [address(number)] });
    const [first] = ring.members;
    if (first === undefined) throw new Error('an empty ring');
    await first.start();
    using client = await openLogin(first.socket('login/director'));
    expect(await client.login('user1')).toMatch(/^127\.2\.200\./);
  });
});
