/**
 * Users that are nearly expired, on a backend where their hash does not send them any more: a director that is asked for
 * one has to ask the others first, all round the ring, and everybody stays where he is.
 */
import { setTimeout as later } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { describeWithDovecot } from './lib/suite.ts';
import { kindsOf } from './ring/compositions.ts';
import { loginAll, openLogin } from './ring/login-load.ts';
import type { Member } from './ring/member.ts';
import { loopback } from './ring/network.ts';
import { agreed, createRing, formed } from './ring/ring.ts';

const FIRST_NETWORK = 230;
const RINGS = ['DH', 'DHD', 'HDDH'].map((letters, number) => ({ letters, number }));
const EXPIRE_SECONDS = 12;
/** Nearly expired after 9 s, in whole seconds. */
const STALE_MS = 10_300;
const HOST = '127.2.200.12';
const USERS = Array.from({ length: 60 }, (_, i) => `user${i}`);

const ok = async (member: Member | undefined, command: string): Promise<void> => {
  expect(await member?.ask(command)).toEqual(['OK']);
};

/** Of one member, all users at once. */
const loginTogether = async (member: Member, users: readonly string[]): Promise<(string | undefined)[]> =>
  Promise.all(
    users.map(async (user) => {
      using client = await openLogin(member.socket('login/director'));
      return await client.login(user);
    }),
  );

describeWithDovecot('users that are nearly expired', () => {
  test.concurrent.each(RINGS)('$letters: everybody stays, whoever is asked', async ({ letters, number }) => {
    await using ring = await createRing({
      network: loopback(FIRST_NETWORK + number, letters.length),
      kinds: kindsOf(letters),
      settings: `director_user_expire = ${EXPIRE_SECONDS} s\n`,
    });
    const { members } = ring;
    await Promise.all(members.map((member) => member.start()));
    await formed(members, 40_000);
    const hosts = await loginAll(members, USERS);
    const since = Date.now();
    const users = USERS.filter((user) => hosts.get(user) === HOST);
    expect(users.length).toBeGreaterThan(5);
    await ok(members[0], `HOST-UPDATE\t${HOST}\t0`);
    await agreed(members);
    await later(since + STALE_MS - Date.now());
    const asked = Date.now();
    const answers = await Promise.all(members.map((member) => loginTogether(member, users)));
    expect(Date.now() - asked).toBeLessThan(1500);
    for (const answer of answers) expect(answer).toEqual(users.map(() => HOST));
    await agreed(members);
    // Nobody refreshes them any more.
    await later((EXPIRE_SECONDS + 1) * 1000);
    for (const host of (await loginAll(members, users)).values()) expect(host).not.toBe(HOST);
    const logs = members.map((member) => member.log()).join('');
    expect(logs).not.toMatch(/redirected to two hosts|weakness|host lookup failed/);
  });
});
