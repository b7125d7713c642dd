/** What is changed on any member of a mixed ring reaches all of them: backends, users, sessions, and the ring itself. */
import { expect, test } from 'vitest';
import { startImapStandIn } from './lib/imap-stand-in.ts';
import { describeWithDovecot } from './lib/suite.ts';
import { kindsOf } from './ring/compositions.ts';
import { loginAll } from './ring/login-load.ts';
import type { Member } from './ring/member.ts';
import { loopback } from './ring/network.ts';
import { agreed, createRing, formed, type Ring } from './ring/ring.ts';
import { imapConfig, mailHosts, openSessions, type Session } from './ring/sessions.ts';
import { toolsAgree } from './ring/tools.ts';

const RINGS = ['DH', 'DHH', 'DDH', 'HHHHH'].map((letters, number) => ({ letters, number }));
/** Loopback networks of the other tests have lower numbers. */
const FIRST_NETWORK = 70;
const FIRST_PORT = 24_210;
const USERS = Array.from({ length: 90 }, (_, i) => (i % 3 === 0 ? `gold.user${i}` : `user${i}`));

const startRing = async (stack: AsyncDisposableStack, letters: string, network: number, fields: string) => {
  const ring = stack.use(
    await createRing({
      network: loopback(network, letters.length),
      kinds: kindsOf(letters),
      settings: 'director_user_kick_delay = 1 s\n',
      config: imapConfig,
      fields,
    }),
  );
  for (const member of ring.members) await member.start();
  await formed(ring.members, 30_000);
  return ring;
};

const ok = async (member: Member, command: string): Promise<void> => {
  expect([member.place.address, member.kind, command, await member.ask(command)]).toEqual([
    member.place.address,
    member.kind,
    command,
    ['OK'],
  ]);
};

/** The rows of these backends, the same at every member. */
const backends = async (ring: Ring, ip: string): Promise<string[]> => {
  await agreed(ring.members);
  const rows = (await ring.members[0]?.ask('HOST-LIST')) ?? [];
  return rows.filter((row) => row.startsWith(`${ip}\t`)).map((row) => row.split('\t').slice(0, 5).join(' '));
};

const changeHosts = async (ring: Ring, issuer: Member, ip: string): Promise<void> => {
  await ok(issuer, `HOST-SET\t${ip}@fresh\t30`);
  expect(await backends(ring, ip)).toEqual([`${ip} 30 0 fresh U`]);
  await ok(issuer, `HOST-UPDATE\t${ip}\t40`);
  expect(await backends(ring, ip)).toEqual([`${ip} 40 0 fresh U`]);
  await ok(issuer, `HOST-DOWN\t${ip}`);
  expect(await backends(ring, ip)).toEqual([`${ip} 40 0 fresh D`]);
  await ok(issuer, `HOST-UP\t${ip}`);
  expect(await backends(ring, ip)).toEqual([`${ip} 40 0 fresh U`]);
  await ok(issuer, `HOST-REMOVE\t${ip}`);
  expect(await backends(ring, ip)).toEqual([]);
};

const flushHost = async (ring: Ring, issuer: Member): Promise<void> => {
  await loginAll(ring.members, USERS);
  expect(await backends(ring, '127.2.200.11')).not.toEqual(['127.2.200.11 100 0  U']);
  await ok(issuer, 'HOST-FLUSH\t127.2.200.11');
  expect(await backends(ring, '127.2.200.11')).toEqual(['127.2.200.11 100 0  U']);
};

const ended = async (sessions: readonly Session[]): Promise<void> => {
  await Promise.all(sessions.map((session) => session.ended()));
};

const hostOf = async (member: Member, user: string): Promise<string> =>
  (await member.ask(`USER-LOOKUP\t${user}`))[0]?.split('\t')[0] ?? '';

const hostsOf = (ring: Ring, user: string): Promise<string[]> =>
  Promise.all(ring.members.map((member) => hostOf(member, user)));

const everywhere = (ring: Ring, host: string): string[] => ring.members.map(() => host);

/** Sessions through all members end when any of them is told to move the user, and the next ones are at the new host. */
const moveUser = async (ring: Ring, issuer: Member, user: string): Promise<void> => {
  using stack = new DisposableStack();
  const sessions = await openSessions(ring.members, user, stack);
  const old = await hostOf(issuer, user);
  expect(await hostsOf(ring, user)).toEqual(everywhere(ring, old));
  const target = mailHosts.slice(0, 3).find((host) => host !== old) ?? '';
  await ok(issuer, `USER-MOVE\t${user}\t${target}`);
  await ended(sessions);
  await openSessions(ring.members, user, stack);
  expect(await hostsOf(ring, user)).toEqual(everywhere(ring, target));
};

const kickUser = async (ring: Ring, issuer: Member, name: string): Promise<void> => {
  using stack = new DisposableStack();
  const users = [`${name}@one`, `${name}@two`];
  const [one = [], two = []] = await Promise.all(users.map((user) => openSessions(ring.members, user, stack)));
  const before = await hostsOf(ring, users[0] ?? '');
  await ok(issuer, `USER-KICK\t${users[0]}`);
  await ended(one);
  await ok(issuer, `USER-KICK-ALT\tuser_group\t${name}two`);
  await ended(two);
  expect(await hostsOf(ring, users[0] ?? '')).toEqual(before);
};

/** As `doveadm director down` and `flush` do it: the users of the host go elsewhere, and their sessions end. */
const resetHost = async (ring: Ring, issuer: Member, user: string): Promise<void> => {
  using stack = new DisposableStack();
  const sessions = await openSessions(ring.members, user, stack);
  const old = await hostOf(issuer, user);
  await ok(issuer, `HOST-DOWN\t${old}`);
  await ok(issuer, `HOST-RESET-USERS\t${old}`);
  await ended(sessions);
  await openSessions(ring.members, user, stack);
  const [now = '', ...others] = await hostsOf(ring, user);
  expect(now).not.toBe(old);
  expect(others).toEqual(others.map(() => now));
  await ok(issuer, `HOST-UP\t${old}`);
  await agreed(ring.members);
};

describeWithDovecot('changes of a ring', () => {
  test.concurrent.each(RINGS)('$letters: whichever member is told, all know', async ({ letters, number }) => {
    await using stack = new AsyncDisposableStack();
    const port = FIRST_PORT + number;
    stack.use(await startImapStandIn(mailHosts, port));
    const ring = await startRing(stack, letters, FIRST_NETWORK + number, `port=${port} user_group=%n%d`);
    for (const [n, issuer] of ring.members.entries()) {
      await changeHosts(ring, issuer, `127.2.201.${n}`);
      await flushHost(ring, issuer);
    }
    await Promise.all(ring.members.map((issuer, n) => moveUser(ring, issuer, `move${n}`)));
    await Promise.all(ring.members.map((issuer, n) => kickUser(ring, issuer, `kick${n}`)));
    for (const [n, issuer] of ring.members.entries()) await resetHost(ring, issuer, `reset${n}`);
    for (const issuer of ring.members.slice(0, 1)) {
      await ok(issuer, 'HOST-SET\t127.2.201.1@fresh\t30');
      await ok(issuer, 'HOST-DOWN\t127.2.200.12');
    }
    await agreed(ring.members);
    await toolsAgree(ring, ['move0', 'move1']);
  });
});
