/**
 * Backends of Dovecot 2.4 that send users elsewhere (`[REFERRAL ...]`), behind our own login proxies with a director in
 * between: the session ends up where the backend says, and the director goes on with its own choice.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { directorCommand } from './lib/director-command.ts';
import { mailLogin } from './lib/five-protocols.ts';
import { type HeldSession, holdSession } from './lib/held-session.ts';
import {
  AT_23,
  AT_24,
  type MovingBackends,
  PROTOCOLS,
  type Protocol,
  startMovingBackends,
  USER_PASSWORD,
  userLine,
} from './lib/moving-backends.ts';
import { CONFIGURATION_FAULT, FRONT, type Front, startFront } from './lib/moving-front.ts';
import { describeWithBothDovecots } from './lib/suite.ts';
import { until } from './lib/until.ts';

const KINDS = ['moved', 'asked', 'looping', 'bouncing'] as const;
const userOf = (kind: (typeof KINDS)[number], protocol: Protocol): string => `${protocol}-${kind}`;

describeWithBothDovecots('users whom a Dovecot 2.4 sends elsewhere', () => {
  const stack = new AsyncDisposableStack();
  let backends: MovingBackends;
  let front: Front;

  const login = (protocol: Protocol, user: string): Promise<void> =>
    mailLogin[protocol]({ host: FRONT, port: front[protocol] }, user, USER_PASSWORD);

  const director = (command: string, ...args: string[]): Promise<string> =>
    directorCommand(backends.dovecot23, front.homing, command, ...args);

  /** The director's choice. */
  const chosen = async (user: string): Promise<string | undefined> =>
    /Current: ([0-9.]+)/.exec(await director('status', user))?.[1];

  const landed = (protocol: Protocol, user: string, count: number): Promise<true> => {
    const line = new RegExp(`^${protocol}-login: Info: Login: user=<${user}>`, 'gm');
    return until(`${count} logins of ${user}`, 10_000, () => {
      const seen = backends.dovecot23.log().match(line)?.length ?? 0;
      return seen >= count || undefined;
    });
  };

  beforeAll(async () => {
    const away = (host: string, port: number): string => `nologin=y host=${host} port=${port}`;
    backends = stack.use(
      await startMovingBackends({
        at24: (ports) =>
          PROTOCOLS.flatMap((protocol) => [
            userLine(userOf('moved', protocol), away(AT_23, ports[protocol])),
            userLine(userOf('asked', protocol), away(AT_23, ports[protocol])),
            userLine(userOf('looping', protocol), away(AT_24, ports[protocol])),
            userLine(userOf('bouncing', protocol), away(AT_23, ports[protocol])),
          ]),
        at23: (ports) =>
          PROTOCOLS.flatMap((protocol) => [
            userLine(userOf('moved', protocol)),
            userLine(userOf('asked', protocol)),
            userLine(userOf('bouncing', protocol), away(AT_24, ports[protocol])),
          ]),
      }),
    );
    const { ports } = backends;
    const users = PROTOCOLS.flatMap((protocol) =>
      KINDS.map((kind): [string, string] => {
        const reauth = kind === 'asked' ? ' proxy_redirect_reauth=y' : '';
        return [userOf(kind, protocol), `port=${ports[protocol]}${reauth}`];
      }),
    );
    front = stack.use(await startFront({ users: Object.fromEntries(users), director: true }));
    for (const [user] of users) await director('move', user, AT_24);
  });
  afterAll(() => stack.disposeAsync());

  describe.each(PROTOCOLS)('%s', (protocol) => {
    test('the backend’s word is followed, login after login, and the director keeps its own', async () => {
      const user = userOf('moved', protocol);
      for (const count of [1, 2]) {
        await login(protocol, user);
        await landed(protocol, user, count);
        expect(await chosen(user)).toBe(AT_24);
      }
      await front.homing.logged(new RegExp(`proxy\\(${user},${AT_23}:\\d+\\): Started proxying to <${AT_23}>`));
    });

    test('the auth server is asked first if it wants to be', async () => {
      const user = userOf('asked', protocol);
      await login(protocol, user);
      await landed(protocol, user, 1);
      expect(await chosen(user)).toBe(AT_24);
    });

    test('to where it is', async () => {
      const user = userOf('looping', protocol);
      await expect(login(protocol, user)).rejects.toThrow(CONFIGURATION_FAULT[protocol]);
      await front.homing.logged(new RegExp(`Error: proxy\\(${user},.*Proxying loops - already connected to ${AT_24}:`));
    });
  });

  test('IMAP: two backends that send the user to one another, who each say so', async () => {
    const user = userOf('bouncing', 'imap');
    await expect(login('imap', user)).rejects.toThrow(CONFIGURATION_FAULT.imap);
    await front.homing.logged(
      new RegExp(`Error: proxy\\(${user},${AT_23}:\\d+\\): Proxying loops - already connected`),
    );
  });

  test('POP3: a 2.3 has no words for it, what it says is passed on', async () => {
    await expect(login('pop3', userOf('bouncing', 'pop3'))).rejects.toThrow('-ERR Try this server instead.');
  });

  describe('a session that was sent elsewhere', () => {
    const user = userOf('moved', 'imap');
    const held = (): Promise<HeldSession> => holdSession({ host: FRONT, port: front.imap }, user, USER_PASSWORD);

    test('is listed with both places', async () => {
      using session = await held();
      const { stdout } = await front.homing.homeadm('proxy', 'list');
      const rows = stdout.split('\n').map((row) => row.trim().split(/ +/));
      expect(rows[0]).toContain('chosen-ip');
      expect(rows.find(([name]) => name === user)).toEqual(expect.arrayContaining([AT_23, AT_24]));
      expect(await session.alive()).toBe(true);
    });

    test('belongs to the director’s choice when the director has forgotten all', async () => {
      using session = await held();
      const from = front.homing.log().length;
      const [core = 0] = front.homing.children('core');
      process.kill(core, 'SIGSTOP');
      await forgetAll(front);
      process.kill(core, 'SIGKILL');
      await until('another core', 20_000, () => {
        const [now] = front.homing.children('core');
        return now !== undefined && now !== core;
      });
      expect(await until('the user to be known', 20_000, () => chosen(user).catch(() => undefined))).toBe(AT_24);
      expect(await session.alive()).toBe(true);
      expect(front.homing.log().slice(from)).not.toMatch(/belongs to|no mail host/);
    });

    test('ends when the user is kicked, and when he is moved', async () => {
      using kicked = await held();
      await director('kick', user);
      await kicked.cut();
      using moved = await held();
      await director('move', user, AT_23);
      await moved.cut();
      using direct = await held();
      expect(await direct.alive()).toBe(true);
    });
  });
});

/** What the director keeps in its state folder. */
const forgetAll = async ({ homing }: Front): Promise<void> => {
  await rm(join(homing.dir, 'state', 'homing'), { recursive: true, force: true });
};
