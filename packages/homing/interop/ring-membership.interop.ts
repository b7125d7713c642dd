/** Directors are added to a running ring and removed from it, on any member, as T26 of the specification shows. */
import { expect, test } from 'vitest';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';
import { directorRows } from './ring/admin.ts';
import { kindsOf } from './ring/compositions.ts';
import { loginAll } from './ring/login-load.ts';
import type { Member } from './ring/member.ts';
import { loopback } from './ring/network.ts';
import { agreed, createRing, formed, RING_PORT, type Ring } from './ring/ring.ts';

const RINGS = ['DH', 'DHH', 'DDH', 'HHHHH'].map((letters, number) => ({ letters, number }));
/** The last one is unknown to the others until it is added. */
const JOINED = ['DHD', 'DHH', 'DDHH', 'HHH'].map((letters, number) => ({ letters, number }));
const FIRST_NETWORK = 90;
const USERS = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? `gold.user${i}` : `user${i}`));

const command = (verb: 'ADD' | 'REMOVE', { place }: Member): string =>
  `DIRECTOR-${verb}\t${place.address}\t${RING_PORT}`;

const without = ({ members }: Ring, removed: Member): Member[] => members.filter((member) => member !== removed);

/** What the others say of a director that was removed: nothing, or that it was. */
const knows = async (member: Member, of: Member): Promise<boolean> =>
  directorRows(await member.ask('DIRECTOR-LIST')).some(
    ({ address, type }) => address === of.place.address && type !== 'removed',
  );

const removeAndAdd = async (ring: Ring, issuer: Member, removed: Member): Promise<void> => {
  const rest = without(ring, removed);
  expect(await issuer.ask(command('REMOVE', removed))).toEqual(['OK']);
  await formed(rest);
  for (const member of rest) expect(await knows(member, removed)).toBe(false);
  const [last] = rest.slice(-1);
  expect(await last?.ask('HOST-UPDATE\t127.2.200.12\t70')).toEqual(['OK']);
  expect(await issuer.ask(command('ADD', removed))).toEqual(['OK']);
  await formed(ring.members, 40_000);
  expect(await removed.ask('HOST-UPDATE\t127.2.200.12\t100')).toEqual(['OK']);
  await agreed(ring.members);
};

describeWithDovecot('members of a ring', () => {
  test.concurrent.each(RINGS)('$letters: removed and added again', async ({ letters, number }) => {
    await using network = loopback(FIRST_NETWORK + number, letters.length);
    await using ring = await createRing({ network, kinds: kindsOf(letters) });
    for (const member of ring.members) await member.start();
    await formed(ring.members, 30_000);
    const hosts = await loginAll(ring.members, USERS);
    const pairs = ring.members.map((issuer, i) => ({ issuer, removed: ring.members.at(i - 1) ?? issuer }));
    // A director of Dovecot that was left alone tries its neighbour again after 30 s: one time is enough.
    for (const { issuer, removed } of letters.length === 2 ? pairs.slice(1) : pairs.slice(0, 3)) {
      await removeAndAdd(ring, issuer, removed);
    }
    for (const member of ring.members) expect(await loginAll([member], USERS)).toEqual(hosts);
    const [first] = ring.members;
    expect(await first?.ask('DIRECTOR-REMOVE\t127.2.99.99')).toEqual(['NOTFOUND']);
  });

  test.concurrent.each(JOINED)('$letters: one that is not configured joins and leaves', async ({ letters, number }) => {
    await using network = loopback(FIRST_NETWORK + 10 + number, letters.length);
    await using ring = await createRing({ network, kinds: kindsOf(letters), listed: letters.length - 1 });
    const stranger = ring.members.at(-1);
    if (stranger === undefined) throw new Error('an empty ring');
    const configured = without(ring, stranger);
    for (const member of configured) await member.start();
    await formed(configured, 30_000);
    const hosts = await loginAll(configured, USERS);
    await stranger.start();
    await Promise.any(
      configured.map((member) => until('it to be dropped', 10_000, () => member.log().includes('Server not listed'))),
    );
    await formed(configured);
    expect(await configured[0]?.ask(command('ADD', stranger))).toEqual(['OK']);
    await formed(ring.members, 40_000);
    expect(await loginAll([stranger], USERS)).toEqual(hosts);
    await agreed(ring.members);
    await stranger.stop();
    await formed(configured);
    expect(await configured[0]?.ask(command('REMOVE', stranger))).toEqual(['OK']);
    await Promise.all(
      configured.map((member) => until('it to be forgotten', 40_000, async () => !(await knows(member, stranger)))),
    );
    await formed(configured);
  });
});
