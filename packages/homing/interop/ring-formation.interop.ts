/** Mixed rings are started in every order, at every place of the ring, and are one. */
import { expect, test } from 'vitest';
import { describeWithDovecot } from './lib/suite.ts';
import { kindsOf } from './ring/compositions.ts';
import { loginAll } from './ring/login-load.ts';
import { loopback } from './ring/network.ts';
import { agreed, createRing, formed, type Ring } from './ring/ring.ts';

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
});
