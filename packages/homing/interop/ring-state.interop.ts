/**
 * A ring whose members all die at once comes back with its users and backends; a member that comes back to a ring that
 * went on takes the ring's.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';
import { hostRows } from './ring/admin.ts';
import { kindsOf } from './ring/compositions.ts';
import { loginAll } from './ring/login-load.ts';
import type { Member } from './ring/member.ts';
import { loopback } from './ring/network.ts';
import { agreed, createRing, formed } from './ring/ring.ts';

const FIRST_NETWORK = 160;
const USERS = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? `gold.user${i}` : `user${i}`));

const startRing = async (stack: AsyncDisposableStack, number: number, letters: string): Promise<readonly Member[]> => {
  const network = loopback(FIRST_NETWORK + number, letters.length);
  const { members } = stack.use(await createRing({ network, kinds: kindsOf(letters) }));
  for (const member of members) await member.start();
  await formed(members, 30_000);
  return members;
};

/** The hashes no longer say where the users are: only who remembers them sends them there. */
const settle = async (members: readonly Member[]): Promise<Map<string, string>> => {
  const hosts = await loginAll(members, USERS);
  expect(await members[0]?.ask('HOST-UPDATE\t127.2.200.11\t5')).toEqual(['OK']);
  expect(await members[0]?.ask('HOST-UPDATE\t127.2.200.21\t5')).toEqual(['OK']);
  expect(await members[0]?.ask('HOST-SET\t127.2.200.14\t30')).toEqual(['OK']);
  expect(await members[0]?.ask('HOST-DOWN\t127.2.200.13')).toEqual(['OK']);
  await agreed(members);
  return hosts;
};

/** What our members know is on disk: a user that came later is. */
const written = async (members: readonly Member[]): Promise<void> => {
  for (const member of members) {
    if (member.kind === 'dovecot') continue;
    const file = join(member.stateDir, 'homing/homing-director-users');
    const size = (): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    const before = size();
    await loginAll([member], [`mark-${member.place.address}`]);
    await until('the users to be written', 5000, () => size() > before);
  }
  await agreed(members);
};

describeWithDovecot('the state of a ring', () => {
  test.concurrent.each([
    { letters: 'HH', number: 0 },
    { letters: 'HHH', number: 1 },
    { letters: 'DH', number: 2 },
  ])('$letters: all killed at once, users and backends are as they were', async ({ letters, number }) => {
    await using stack = new AsyncDisposableStack();
    const members = await startRing(stack, number, letters);
    const hosts = await settle(members);
    await written(members);
    const backends = hostRows((await members.at(-1)?.ask('HOST-LIST')) ?? []);
    await Promise.all(members.map((member) => member.kill()));
    // One of ours first: a real director that is there before it has nothing to tell, and would be believed.
    for (const member of members.toReversed()) await member.start();
    await formed(members, 60_000);
    expect(await loginAll(members, USERS)).toEqual(hosts);
    expect(hostRows((await members[0]?.ask('HOST-LIST')) ?? [])).toEqual(backends);
    await agreed(members);
  });

  test('a member that was away takes what the ring says', async () => {
    await using stack = new AsyncDisposableStack();
    const members = await startRing(stack, 3, 'HHH');
    await settle(members);
    const [first, ...others] = members;
    if (first === undefined) throw new Error('an empty ring');
    await written([first]);
    await first.kill();
    await formed(others);
    for (const command of ['HOST-FLUSH\t127.2.200.11', 'HOST-REMOVE\t127.2.200.14', 'HOST-UP\t127.2.200.13']) {
      expect(await others[0]?.ask(command)).toEqual(['OK']);
    }
    const hosts = await loginAll(others, USERS);
    await first.start();
    await formed(members, 60_000);
    await agreed(members);
    expect(await loginAll([first], USERS)).toEqual(hosts);
    await until('the stored users to be dropped', 5000, () =>
      first.log().includes('Left the stored users to the ring'),
    );
  });
});
