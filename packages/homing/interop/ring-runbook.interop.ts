/**
 * The runbook of an operator for taking a mail host out of service and back, step by step, with Debian's doveadm: stop
 * poolmon, `director add HOST 0`, `director flush HOST`, kick at the host, maintenance, `director add HOST 100`, start
 * poolmon. Two directors with real backends and mail clients that are logged in.
 */
import { expect, test } from 'vitest';
import { type Dovecot, doveadm } from './lib/dovecot.ts';
import { holdSession } from './lib/held-session.ts';
import { BACKENDS, PASSWORD, startBackends } from './lib/site.ts';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';
import { kindsOf } from './ring/compositions.ts';
import type { Member } from './ring/member.ts';
import { loopback } from './ring/network.ts';
import { scanPool } from './ring/poolmon.ts';
import { agreed, createRing, formed, type Ring } from './ring/ring.ts';
import { IMAP_PORT, imapConfig } from './ring/sessions.ts';

const FIRST_NETWORK = 140;
const USERS = Array.from({ length: 12 }, (_, i) => `user${i}`);
const [DOVECOT1, DOVECOT2] = BACKENDS;

/** `doveadm director ...` as typed on a director's host; silent, as doveadm is when all is well. */
const director = async (member: Member, ...args: string[]): Promise<void> => {
  expect(await doveadm(member.configFile(), 'director', ...args)).toEqual({ code: 0, stdout: '', stderr: '' });
};

const status = async (member: Member): Promise<string[]> => {
  const { stdout } = await doveadm(member.configFile(), '-f', 'tab', 'director', 'status');
  const rows = stdout.trimEnd().split('\n').slice(1);
  return rows.map((row) => row.split('\t').slice(0, 4).join(' '));
};

const seenBy = async ({ members }: Ring, rows: readonly string[]): Promise<void> => {
  await agreed(members);
  for (const member of members) expect(await status(member)).toEqual(rows);
};

const hold = (member: Member, user: string) =>
  holdSession({ host: member.place.address, port: IMAP_PORT }, user, PASSWORD);

/** Who is logged in at a backend. */
const who = async (backend: Dovecot): Promise<string[]> => {
  const { stdout } = await backend.doveadm('-f', 'tab', 'who');
  return stdout
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((row) => row.split('\t')[0] ?? '');
};

describeWithDovecot('the runbook', () => {
  test.each(['HH', 'HD'])('%s', async (letters) => {
    await using backends = await startBackends();
    const dovecot2 = backends.servers.get(DOVECOT2);
    if (dovecot2 === undefined) throw new Error('no second backend');
    await using ring = await createRing({
      network: loopback(FIRST_NETWORK, 2),
      kinds: kindsOf(letters),
      settings: `director_mail_servers = ${DOVECOT1} ${DOVECOT2}\ndirector_user_kick_delay = 1 s\n`,
      config: imapConfig,
      fields: `port=${backends.ports.imap}`,
    });
    const [director1, director2] = ring.members;
    if (director1 === undefined || director2 === undefined) throw new Error('no directors');
    for (const member of ring.members) await member.start();
    await formed(ring.members, 30_000);
    await scanPool(director1, backends.ports.imap);

    using sessions = new DisposableStack();
    const held = await Promise.all(
      USERS.map(async (user, n) => sessions.use(await hold(n % 2 === 0 ? director1 : director2, user))),
    );
    const away = held.filter(({ backend }) => backend === DOVECOT2);
    const staying = held.filter(({ backend }) => backend === DOVECOT1);
    expect([away.length > 0, staying.length > 0]).toEqual([true, true]);
    await seenBy(ring, [`${DOVECOT1}  100 up`, `${DOVECOT2}  100 up`]);

    // (1) poolmon is stopped: no scan from here on. (2)
    await director(director1, 'add', DOVECOT2, '0');
    await seenBy(ring, [`${DOVECOT1}  100 up`, `${DOVECOT2}  0 up`]);
    // (3) Their users are moved, so their sessions end.
    await director(director1, 'flush', DOVECOT2);
    await Promise.all(away.map((session) => session.cut()));
    for (const session of staying) expect(await session.alive()).toBe(true);
    // (4) Somebody who did not come through a director is left.
    sessions.use(await holdSession({ host: DOVECOT2, port: backends.ports.imap }, 'direct', PASSWORD));
    await until('only that session to be left', 10_000, async () => (await who(dovecot2)).join() === 'direct');
    expect(await dovecot2.doveadm('kick', '0.0.0.0/0')).toMatchObject({ code: 0 });
    await until('nobody to be left', 10_000, async () => (await who(dovecot2)).length === 0);
    for (const { user } of away) expect(sessions.use(await hold(director1, user)).backend).toBe(DOVECOT1);
    // (5) director2 is maintained as well.
    await director2.stop();
    await formed([director1]);
    await director2.start();
    await formed(ring.members, 60_000);
    await seenBy(ring, [`${DOVECOT1}  100 up`, `${DOVECOT2}  0 up`]);
    for (const user of ['new1', 'new2', 'new3', 'new4']) {
      expect(sessions.use(await hold(director2, user)).backend).toBe(DOVECOT1);
    }
    expect(await who(dovecot2)).toEqual([]);
    // (6)
    await director(director1, 'add', DOVECOT2, '100');
    await seenBy(ring, [`${DOVECOT1}  100 up`, `${DOVECOT2}  100 up`]);
    const landed = new Set<string>();
    for (let n = 0; n < 10; n++) landed.add(sessions.use(await hold(director2, `later${n}`)).backend);
    expect(landed).toEqual(new Set(BACKENDS));
    // (7) poolmon finds nothing to do.
    for (const member of ring.members) await scanPool(member, backends.ports.imap);
    await seenBy(ring, [`${DOVECOT1}  100 up`, `${DOVECOT2}  100 up`]);
  });
});
