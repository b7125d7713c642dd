/** kill -9: what survives, and what the client sees. Sessions live in the login workers and at the backends alone. */
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holdSession } from './lib/held-session.ts';
import { type HomingSite, startHomingSite } from './lib/homing-site.ts';
import { type Endpoint, imapLogin } from './lib/mail-login.ts';
import { BACKENDS, PASSWORD, userNames } from './lib/site.ts';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';

const USERS = userNames(24);
const WORKERS = 2;
/** One connection to the client, one to the backend. */
const PER_SESSION = 2;
/** Below the backends' mail_max_userip_connections of 10 for each user. */
const MOST_HELD = 8 * USERS.length;

const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

describeWithDovecot('kill -9', () => {
  let site: HomingSite;
  let imap: Endpoint;

  beforeEach(async () => {
    site = await startHomingSite({ users: USERS, workers: WORKERS });
    imap = { host: site.host, port: site.ports.imap };
  });
  afterEach(() => site[Symbol.asyncDispose]());

  const holdAll = async (stack: DisposableStack) => {
    const held = await Promise.all(USERS.map((user) => holdSession(imap, user, PASSWORD)));
    for (const session of held) stack.use(session);
    return held;
  };
  /** The kernel gives a connection to whichever worker accepts first: until all of them have sessions. */
  const holdOnEach = async (stack: DisposableStack, workers: readonly number[]) => {
    const before = workers.map(descriptors);
    const held: Awaited<ReturnType<typeof holdAll>> = [];
    while (workers.some((pid, n) => descriptors(pid) < (before[n] ?? 0) + PER_SESSION)) {
      if (held.length > MOST_HELD) throw new Error(`${MOST_HELD} sessions, and a worker without one`);
      held.push(...(await holdAll(stack)));
    }
    return held;
  };
  const living = async (held: readonly { alive(): Promise<boolean> }[]): Promise<boolean[]> =>
    Promise.all(held.map((session) => session.alive()));
  /** The first login that succeeds, for a service that is being started again. */
  const serves = (user: string): Promise<boolean> =>
    until(`a login of ${user}`, 15_000, () =>
      imapLogin(imap, user, PASSWORD).then(
        () => true,
        () => false,
      ),
    );

  test('of a backend: its sessions end, all others go on, and its users can be sent elsewhere', async () => {
    using stack = new DisposableStack();
    const held = await holdAll(stack);
    const [victim, other] = BACKENDS;
    const pids = site.backends.servers.get(victim)?.processes();
    for (const pid of pids ?? []) process.kill(pid, 'SIGKILL');

    const ended = held.filter(({ backend }) => backend === victim);
    await Promise.all(ended.map((session) => session.cut()));
    expect(ended.length).toBeGreaterThan(0);
    const rest = held.filter(({ backend }) => backend === other);
    expect(await living(rest)).toEqual(rest.map(() => true));

    const [user = ''] = ended.map((session) => session.user);
    await expect(imapLogin(imap, user, PASSWORD)).rejects.toThrow('[UNAVAILABLE]');
    expect(await site.homing.homeadm('director', 'down', victim)).toMatchObject({ code: 0 });
    expect(await site.homing.homeadm('director', 'flush', victim)).toMatchObject({ code: 0 });
    await serves(user);
    const logged = async (): Promise<boolean> => (await site.backends.landed('imap', 1)).get(user)?.at(-1) === other;
    expect(await until(`${user} in the log of ${other}`, 15_000, logged)).toBe(true);
  });

  test('of the core: every session goes on, logins work again, users keep their backends', async () => {
    using stack = new DisposableStack();
    const held = await holdAll(stack);
    const [core] = site.homing.children('core.ts');
    if (core === undefined) throw new Error('no core process');
    process.kill(core, 'SIGKILL');

    expect(await living(held)).toEqual(held.map(() => true));
    for (const user of USERS) await serves(user);
    expect(await living(held)).toEqual(held.map(() => true));
    const before = Object.fromEntries(held.map(({ user, backend }) => [user, [backend, backend]]));
    expect(Object.fromEntries(await site.backends.landed('imap', 2 * USERS.length))).toEqual(before);
    expect(site.homing.children('core.ts')).toHaveLength(1);
    expect(site.homing.children('core.ts')).not.toContain(core);
  });

  test('of a login worker: its sessions end, those of other workers go on, logins work again', async () => {
    using stack = new DisposableStack();
    const workers = site.homing.children('login-worker.ts');
    const held = await holdOnEach(stack, workers);
    const [worker] = workers;
    if (worker === undefined) throw new Error('no login worker');
    process.kill(worker, 'SIGKILL');
    await until('the worker to be replaced', 15_000, () => {
      const now = site.homing.children('login-worker.ts');
      return now.length === WORKERS && !now.includes(worker);
    });

    const alive = await living(held);
    expect(alive).toContain(true);
    expect(alive).toContain(false);
    for (const user of USERS) await serves(user);
    const survivors = held.filter((_, index) => alive[index]);
    expect(await living(survivors)).toEqual(survivors.map(() => true));
  });
});
