/**
 * Dovecot 2.4 and Homing start, reload, stop and fail in any order, while clients go on to log in: logins are back in
 * seconds without anybody's help, and every user stays on its backend.
 */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sidecar, startSidecar } from './lib/dovecot24-front.ts';
import { type MailProtocol, mailLogin } from './lib/five-protocols.ts';
import { openLineClient } from './lib/line-client.ts';
import { inParallel } from './lib/mail-login.ts';
import { BACKEND_23, BACKEND_24, MAIL_PASSWORD, type MixedBackends, startMixedBackends } from './lib/mixed-backends.ts';
import { commandLine, familyOf } from './lib/process.ts';
import type { Server } from './lib/server.ts';
import { userNames } from './lib/site.ts';
import { describeWithDovecot24 } from './lib/suite.ts';
import { until, within } from './lib/until.ts';

const USERS = userNames(60);
const PROBED = USERS.slice(0, 20);
const [MOVED = ''] = USERS;
const RECOVERED_MS = 15_000;
const PATIENCE_MS = 3000;
const WORKERS = 4;

/**
 * While its auth server is away, a login process lets clients wait for the greeting, and it may look for the server again
 * only when the next one comes: this client gives up and comes back.
 */
const impatientLogin = (sidecar: Sidecar, protocol: MailProtocol, user: string): Promise<void> =>
  within('a login', PATIENCE_MS, mailLogin[protocol](sidecar.at(protocol), user, MAIL_PASSWORD));

/** Logs in all the time; says how often that worked and how often not. */
const startLoad = (sidecar: Sidecar) => {
  const count = { done: 0, failed: 0 };
  let isOn = true;
  const work = async (first: number): Promise<void> => {
    for (let n = first; isOn; n += WORKERS) {
      const user = USERS[n % USERS.length] ?? '';
      await impatientLogin(sidecar, 'imap', user).then(
        () => count.done++,
        () => count.failed++,
      );
    }
  };
  const workers = Array.from({ length: WORKERS }, (_, n) => work(n));
  return {
    count,
    async stop(): Promise<void> {
      isOn = false;
      await Promise.all(workers);
    },
  };
};

/** What we kill is told as well. */
const isFuss = (line: string): boolean =>
  /Fatal|Panic|Corrected permissions/.test(line) && !line.includes('killed with signal 9');

type Event = readonly [name: string, happens: () => Promise<void>];

const describeRestarts = (passwords: 'dovecot' | 'homing', title: string, only: (name: string) => boolean): void =>
  describeWithDovecot24(title, () => {
    const stack = new AsyncDisposableStack();
    let backends: MixedBackends;
    let sidecar: Sidecar;
    let load: ReturnType<typeof startLoad>;
    let front: Server;
    let homing: Server;

    beforeAll(async () => {
      backends = stack.use(await startMixedBackends());
      sidecar = stack.use(await startSidecar(backends, { passwords, logins: 'busy' }));
      ({ front, homing } = sidecar);
      const { code, stderr } = await sidecar.homing.homeadm('director', 'move', MOVED, BACKEND_23);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      load = startLoad(sidecar);
      stack.defer(() => load.stop());
    });
    afterAll(() => stack.disposeAsync());

    const stopHoming = async (): Promise<void> => {
      homing.signal('SIGTERM');
      await homing.exited;
    };
    const stopDovecot = async (): Promise<void> => {
      expect(await sidecar.front.doveadm('stop')).toEqual({ code: 0, stdout: '', stderr: '' });
      await front.exited;
    };
    const startHoming = async (): Promise<void> => {
      homing = stack.use(await homing.again());
    };
    const startDovecot = async (): Promise<void> => {
      front = stack.use(await front.again());
    };
    const withSession = async (work: () => Promise<void>): Promise<void> => {
      using client = await openLineClient(sidecar.at('imap'));
      client.send(`a LOGIN ${MOVED} ${MAIL_PASSWORD}\r\n`);
      await client.linesUntil((line) => line.startsWith('a OK'));
      await work();
      client.send('b SELECT INBOX\r\n');
      await client.linesUntil((line) => line.startsWith('b OK'));
    };
    const kill = (server: Server, kind: string): void => {
      const pids = familyOf(server.pid).filter((pid) => commandLine(pid).includes(kind));
      expect(pids).not.toEqual([]);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
    };

    const EVENTS: readonly Event[] = [
      ['nothing happens', async () => undefined],
      [
        'Dovecot reloads',
        async () => expect(await sidecar.front.doveadm('reload')).toEqual({ code: 0, stdout: '', stderr: '' }),
      ],
      ['Homing reloads', async () => homing.signal('SIGHUP')],
      [
        'Homing stops and starts, and a session goes on',
        () =>
          withSession(async () => {
            await stopHoming();
            await startHoming();
          }),
      ],
      [
        'Dovecot stops, and starts while Homing listens',
        async () => {
          await stopDovecot();
          await startDovecot();
        },
      ],
      [
        'both stop, Homing starts first',
        async () => {
          await Promise.all([stopHoming(), stopDovecot()]);
          await startHoming();
          await startDovecot();
        },
      ],
      [
        'both stop, Dovecot starts first',
        async () => {
          await Promise.all([stopDovecot(), stopHoming()]);
          await startDovecot();
          await startHoming();
        },
      ],
      [
        'Homing reloads while Dovecot starts',
        async () => {
          await stopDovecot();
          homing.signal('SIGHUP');
          await startDovecot();
        },
      ],
      ['Homing’s core is killed, and a session goes on', () => withSession(async () => kill(homing, 'core.ts'))],
      ['Dovecot’s auth is killed', async () => kill(front, 'dovecot/auth')],
      ['Dovecot’s login processes are killed', async () => kill(front, 'dovecot/imap-login')],
      [
        'somebody removes the folder of sockets, and new login processes look for it',
        async () => {
          await rm(front.socket('login/sidecar'), { recursive: true });
          kill(front, 'dovecot/imap-login');
        },
      ],
    ];

    /** All probes in a row, by three protocols; Dovecot made no fuss about Homing's sockets. */
    const recovered = async (): Promise<void> => {
      const probe = async (protocol: MailProtocol): Promise<string[]> =>
        inParallel(PROBED, PROBED.length, (user) => impatientLogin(sidecar, protocol, user));
      let failures: string[] = [];
      await until('logins that work again', RECOVERED_MS, async () => {
        failures = (await Promise.all([probe('imap'), probe('sieve'), probe('lmtp')])).flat();
        return failures.length === 0;
      }).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${failures.slice(0, 5).join('; ')}`);
      });
      expect(front.log().split('\n').filter(isFuss)).toEqual([]);
    };

    test.each(EVENTS.filter(([name]) => only(name)))('%s', async (_, happens) => {
      await happens();
      await recovered();
    });

    test('no user was on two backends, and the one that was moved stayed there', async () => {
      await load.stop();
      expect(load.count.done).toBeGreaterThan(USERS.length);
      const landed = await backends.landed('imap', load.count.done);
      for (const hosts of landed.values()) expect(new Set(hosts).size).toBe(1);
      expect(new Set([...landed.values()].flat())).toEqual(new Set([BACKEND_23, BACKEND_24]));
      expect(new Set(landed.get(MOVED))).toEqual(new Set([BACKEND_23]));
    });
  });

describeRestarts('dovecot', 'Dovecot 2.4 and Homing, each on its own way', () => true);

describeRestarts(
  'homing',
  'Dovecot 2.4 without a passdb, and Homing',
  (name) => /stops|killed|both/.test(name) && !name.includes('auth'),
);
