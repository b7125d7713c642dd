/** poolmon beside each of our members of a ring: a mail host that stops is down for all of them, and up when it is back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type ImapStandIn, startImapStandIn } from './lib/imap-stand-in.ts';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';
import { kindsOf } from './ring/compositions.ts';
import { loginAll } from './ring/login-load.ts';
import type { Member } from './ring/member.ts';
import { loopback } from './ring/network.ts';
import { poolmonScript, scanPool, startPoolmon } from './ring/poolmon.ts';
import { agreed, createRing, formed } from './ring/ring.ts';
import { mailHosts } from './ring/sessions.ts';

const FIRST_NETWORK = 130;
const FIRST_PORT = 24_230;
const USERS = Array.from({ length: 60 }, (_, i) => `user${i}`);
const [STOPPED = '', ...REST] = mailHosts;
const real = poolmonScript === undefined ? [] : (['real'] as const);
if (poolmonScript === undefined) console.log('SKIPPED poolmon itself: HOMING_POOLMON does not name the script');

/** A scan at once, and the next when it has ended, as poolmon does. */
const startStandIn = (member: Member, port: number): AsyncDisposable => {
  let stopped = false;
  const scans = async (): Promise<void> => {
    while (!stopped) {
      await scanPool(member, port);
      await later(100);
    }
  };
  const running = scans();
  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      await running;
    },
  };
};

const startMonitors = async (
  stack: AsyncDisposableStack,
  which: 'real' | 'stand-in',
  members: readonly Member[],
  port: number,
): Promise<void> => {
  const dir = await mkdtemp(join(tmpdir(), 'homing-poolmon-'));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  for (const member of members) {
    if (which === 'stand-in') stack.use(startStandIn(member, port));
    else if (poolmonScript !== undefined) stack.use(startPoolmon(poolmonScript, member, dir, port));
  }
};

const row = async (member: Member): Promise<string | undefined> =>
  (await member.ask('HOST-LIST')).find((line) => line.startsWith(`${STOPPED}\t`));

/** `U` or `D`, and the users it has, at every member. */
const isEverywhere = (members: readonly Member[], pattern: RegExp): Promise<boolean> =>
  until(`${STOPPED} to be ${pattern.source} everywhere`, 30_000, async () => {
    const rows = await Promise.all(members.map(row));
    return rows.every((line) => line !== undefined && pattern.test(line));
  });

describeWithDovecot('poolmon', () => {
  const cases = ['stand-in' as const, ...real].flatMap((which) => ['DH', 'HH'].map((letters) => ({ which, letters })));
  test.concurrent.each(cases.map((one, n) => ({ ...one, n })))('$which, $letters', async ({ which, letters, n }) => {
    await using stack = new AsyncDisposableStack();
    const port = FIRST_PORT + n;
    const startHost = (): Promise<ImapStandIn> => startImapStandIn([STOPPED], port);
    stack.use(await startImapStandIn(REST, port));
    const host = await startHost();
    const network = loopback(FIRST_NETWORK + n, letters.length);
    const ring = stack.use(await createRing({ network, kinds: kindsOf(letters) }));
    for (const member of ring.members) await member.start();
    await formed(ring.members, 30_000);
    const before = await loginAll(ring.members, USERS);
    const moved = [...before].filter(([, on]) => on === STOPPED).map(([user]) => user);
    expect(moved.length).toBeGreaterThan(5);
    const ours = ring.members.filter(({ kind }) => kind === 'homing');
    await startMonitors(stack, which, ours, port);

    await host[Symbol.asyncDispose]();
    // A director of Dovecot would have lost the HOST-FLUSH behind the HOST-DOWN (B1).
    await isEverywhere(ring.members, /^\S+\t100\t0\t\tD\t/);
    for (const [, on] of await loginAll(ring.members, moved)) expect(on).not.toBe(STOPPED);
    await agreed(ring.members);

    stack.use(await startHost());
    await isEverywhere(ring.members, /^\S+\t100\t0\t\tU\t/);
    await agreed(ring.members);
  });
});
