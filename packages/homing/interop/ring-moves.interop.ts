/** A move whose word was lost with the neighbour it was said to: it is said again, and the user does not wait for long. */
import { setTimeout as later } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { describeWithDovecot } from './lib/suite.ts';
import { kindsOf } from './ring/compositions.ts';
import { loginAll, openLogin } from './ring/login-load.ts';
import type { Member } from './ring/member.ts';
import { loopback } from './ring/network.ts';
import { createRing, formed } from './ring/ring.ts';

const RINGS = ['DHD', 'DHH', 'HHD'].map((letters, number) => ({ letters, number }));
/** Loopback networks of the other tests have lower numbers. */
const FIRST_NETWORK = 200;
const USERS = ['ann', 'bob', 'cid', 'dot'];

/** Half of the time after which a director gives a move up. */
const SOON_MS = 15_000;

const loginAt = async (member: Member, user: string): Promise<string | undefined> => {
  using client = await openLogin(member.socket('login/director'));
  return await client.login(user);
};

describeWithDovecot('a move', () => {
  test.concurrent.each(RINGS)('$letters: the right neighbour dies with it', async ({ letters, number }) => {
    const network = loopback(FIRST_NETWORK + number, letters.length);
    await using ring = await createRing({ network, kinds: kindsOf(letters) });
    for (const member of ring.members) {
      await member.start();
      // Dovecot's director begins with its first client.
      await member.ask('DIRECTOR-LIST');
    }
    await formed(ring.members, 30_000);
    const hosts = await loginAll(ring.members, USERS);
    const [left, mover, right] = ring.members;
    if (left === undefined || mover === undefined || right === undefined) throw new Error('too small a ring');
    right.freeze();
    const targets = USERS.map((user) => (hosts.get(user) === '127.2.200.11' ? '127.2.200.12' : '127.2.200.11'));
    for (const [i, user] of USERS.entries()) {
      expect(await mover.ask(`USER-MOVE\t${user}\t${targets[i]}`)).toEqual(['OK']);
    }
    await later(200);
    const since = performance.now();
    await right.kill();
    for (const member of [left, mover]) {
      expect(await Promise.all(USERS.map((user) => loginAt(member, user)))).toEqual(targets);
    }
    expect(performance.now() - since).toBeLessThan(SOON_MS);
    for (const member of [left, mover]) expect(member.log()).not.toContain('move timed out');
  });
});
