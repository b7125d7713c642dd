/**
 * Users of Dovecot 2.4 stay known while they have sessions: login processes report them to Homing's fifo, or Homing asks
 * anvil. A login process that opens a fifo without a reader waits, and all its clients with it: so the fifo has a reader
 * whatever becomes of the core, is gone when Homing ends, and one that was left behind by kill -9 holds nobody up once
 * Homing is there again. Where no backend takes users, they wait for as long as the director does. All of that takes its
 * time, so it goes on at once.
 */
import { existsSync } from 'node:fs';
import { setTimeout as later } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DirectorService } from '@homing/director-ring';
import { connectInProcess, createMemoryLog, type Log } from '@homing/io';
import { expect, test } from 'vitest';
import { startOwnAuth, startOwnDirector } from './lib/auth-parts.ts';
import { type Session, type SessionSite, type SessionSiteOptions, startSessionSite } from './lib/dovecot24-sessions.ts';
import { PROTOCOLS } from './lib/five-protocols.ts';
import { answerAt, LOGIN24_HOST, startLogin24 } from './lib/login24.ts';
import { startProcess } from './lib/process.ts';
import { describeWithDovecot24 } from './lib/suite.ts';
import { until } from './lib/until.ts';

const HOMING = fileURLToPath(new URL('../bin/homing', import.meta.url));

/** The least there can be; sessions are reported, or asked for, twice in that time. */
const EXPIRE_S = 10;
const SETTINGS = `director_user_expire = ${EXPIRE_S} s\n`;
/** A report in each that begins when the session does. */
const REPORT_MS = (EXPIRE_S / 2) * 1000;

const FIFO = 'login/sidecar/proxy-notify';

const site = (options: Partial<SessionSiteOptions> = {}): Promise<SessionSite> =>
  startSessionSite({ clients: 'many', settings: SETTINGS, ...options });

const isRefreshed = async ({ hostOf }: SessionSite, user: string): Promise<void> => {
  const first = (await hostOf(user))?.expires ?? 0;
  expect(first).toBeGreaterThan(0);
  await until(`${user} to be refreshed`, 3 * REPORT_MS, async () => {
    const now = (await hostOf(user))?.expires ?? 0;
    // Once it is forgotten it does not come back by itself.
    expect(now).toBeGreaterThan(0);
    return now > first + REPORT_MS / 2;
  });
};

const PROXIED = `passdb {
  driver = static
  args = password=pw proxy=y port=9
}
`;

/** Whose only host takes no users. */
const directorOfNobody = async (auth: Parameters<typeof startOwnDirector>[1], log: Log): Promise<DirectorService> => {
  const director = await startOwnDirector('127.0.26.9', auth, log);
  let told = '';
  await connectInProcess(
    director.acceptAdmin,
    log,
  )((outlet) => {
    outlet.send('VERSION\tdirector-doveadm\t1\t0\nHOST-SET\t127.0.26.9\t0\n');
    return {
      receive(bytes) {
        told += bytes;
      },
      end: () => undefined,
    };
  });
  await until('the host to have no users', 5000, () => told.endsWith('OK\n'));
  return director;
};

/** Answers to one command after the other, while at least one report is made. */
const answersAllTheTime = async ({ isAlive }: SessionSite, session: Session): Promise<void> => {
  const end = Date.now() + REPORT_MS + 1500;
  while (Date.now() < end) {
    expect(await isAlive(session, 2000)).toBe(true);
    await later(100);
  }
};

const killCore = ({ homing }: SessionSite): void => {
  const [core = 0] = homing.children('core.ts');
  process.kill(core, 'SIGKILL');
};

describeWithDovecot24('users of Dovecot 2.4', () => {
  test.concurrent('are kept by reports to a fifo, which disturbs nobody when the core or all of Homing ends', async () => {
    await using running = await site();
    const { imap, homing, front } = running;
    const session = await imap('alice@staff');
    await isRefreshed(running, 'alice@staff');
    expect(homing.log()).not.toMatch(/Error|Warning/);
    killCore(running);
    await answersAllTheTime(running, session);
    await isRefreshed(running, 'alice@staff');
    expect(existsSync(front.socket(FIFO))).toBe(true);
    homing.signal('SIGTERM');
    await homing.exited;
    expect(existsSync(front.socket(FIFO))).toBe(false);
    await answersAllTheTime(running, session);
    expect(front.log()).toContain('open(sidecar/proxy-notify) failed: No such file or directory');
  });

  test.concurrent('are kept by asking anvil if there is no fifo, which nobody looks for then', async () => {
    await using running = await site({ users: 'asking' });
    const { imap, homing, front } = running;
    await imap('carol@other');
    await isRefreshed(running, 'at-carol@other');
    await isRefreshed(running, 'at-carol@other');
    expect(existsSync(front.socket(FIFO))).toBe(false);
    expect(front.log()).not.toContain('proxy-notify');
    expect(homing.log()).not.toMatch(/Error|Warning/);
  });

  test.concurrent('wait after kill -9 of Homing, but only until it is there again', async () => {
    await using running = await site();
    const { imap, homing, isAlive } = running;
    const session = await imap('alice@staff');
    homing.signal('SIGKILL');
    await homing.exited;
    await until('the login process to wait for a reader', 3 * REPORT_MS, async () => {
      await later(100);
      return !(await isAlive(session, 1000));
    });
    await using again = startProcess(HOMING, ['-F', '-c', homing.configFile]);
    expect(await session.client.line(10_000)).toBe('x OK done');
    expect(again.pid).toBeGreaterThan(0);
    await answersAllTheTime(running, await imap('bob@staff'));
    await isRefreshed(running, 'bob@staff');
  });

  test.concurrent('wait for as long as the director does if no backend takes them, and are not turned away for good', async () => {
    await using stack = new AsyncDisposableStack();
    const log = createMemoryLog('test');
    const { server } = stack.use(await startOwnAuth(() => PROXIED, {}, log));
    const auth = { login: server.serve('login', undefined), userdb: server.serve('userdb', undefined) };
    const director = stack.use(await directorOfNobody(auth, log));
    const { ports } = stack.use(await startLogin24({ login: director.acceptAuth, userdb: director.acceptUserdb, log }));
    const answers = PROTOCOLS.map((protocol) =>
      answerAt({ host: LOGIN24_HOST, port: ports[protocol] }, protocol, 'alice', 'pw', 45_000),
    );
    expect(await Promise.all(answers)).toEqual([
      'a NO [UNAVAILABLE] Temporary authentication failure.',
      '-ERR [SYS/TEMP] Temporary authentication failure.',
      '454 4.7.0 Temporary authentication failure.',
      'NO (TRYLATER) "Temporary authentication failure."',
      '451 4.3.0 <alice> Temporary user lookup failure',
    ]);
  });
});
