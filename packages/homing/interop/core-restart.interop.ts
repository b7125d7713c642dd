/**
 * kill -9 of the core, whose director keeps no state: the one that starts again learns from the login processes who is
 * where, so that a user whose session is on another backend than his hash says gets no second one.
 */
import { afterEach, expect, test } from 'vitest';
import { directorMap } from './lib/chosen-hosts.ts';
import { type Dovecot, doveadm, startDovecot } from './lib/dovecot.ts';
import { besideDovecot23, loginsAtDirector } from './lib/dovecot23-front.ts';
import { type HeldSession, holdSession } from './lib/held-session.ts';
import { type Homing, startHoming } from './lib/homing.ts';
import { startHomingSite } from './lib/homing-site.ts';
import { type Endpoint, imapLogin, pop3Login } from './lib/mail-login.ts';
import { freePorts } from './lib/ports.ts';
import {
  BACKENDS,
  type Backends,
  createUsers,
  PASSWORD,
  sqlPassdb,
  startBackends,
  userDatabase,
  userNames,
} from './lib/site.ts';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';

const USERS = userNames(12);
/** Those who are moved, and one who stays. */
const [MOVED, STAYING] = [USERS.slice(0, 3), USERS.slice(3, 4)];

/** The director has nothing but what the login processes tell. */
const FORGETFUL = 'state_dir =';

/** Dovecot's login processes and ipc service. */
const frontConfig = (ports: { imap: number; pop3: number }): string => `
protocols = imap pop3
login_proxy_notify_path = sidecar/proxy-notify
${loginsAtDirector(ports)}
service imap-login {
  process_min_avail = 2
}
service ipc {
  unix_listener ipc {
    mode = 0666
  }
}
`;

const directorConfig =
  (front: Dovecot) =>
  (dir: string): string =>
    `
protocols =
director_mail_servers = ${BACKENDS.join(' ')}
homing_ipc_socket = ${front.socket('ipc')}
${FORGETFUL}
${sqlPassdb(dir)}
${besideDovecot23(front)}
`;

type Site = {
  readonly backends: Backends;
  readonly homing: Homing;
  readonly imap: Endpoint;
  readonly pop3: Endpoint;
  /** A user's name at the backends, which the director knows. */
  readonly atBackend: (user: string) => string;
};

describeWithDovecot('kill -9 of the core', () => {
  let stack = new AsyncDisposableStack();
  afterEach(async () => {
    await stack.disposeAsync();
    stack = new AsyncDisposableStack();
  });

  const other = (backend: string | undefined): string => BACKENDS.find((ip) => ip !== backend) ?? '';

  const same = (user: string): string => user;
  const ownSite = async (): Promise<Site> => {
    const { backends, homing, host, ports } = stack.use(
      await startHomingSite({ users: USERS, workers: 2, settings: FORGETFUL }),
    );
    return { backends, homing, imap: { host, port: ports.imap }, pop3: { host, port: ports.pop3 }, atBackend: same };
  };
  const renamingSite = async (): Promise<Site> => {
    const options = { users: USERS, workers: 2, destuser: "'at-' || user", settings: FORGETFUL };
    const { backends, homing, host, ports } = stack.use(await startHomingSite(options));
    const atBackend = (user: string): string => `at-${user}`;
    return { backends, homing, imap: { host, port: ports.imap }, pop3: { host, port: ports.pop3 }, atBackend };
  };
  const dovecotSite = async (): Promise<Site> => {
    const backends = stack.use(await startBackends());
    const [imap = 0, pop3 = 0] = await freePorts(2);
    const front = stack.use(await startDovecot({ config: () => frontConfig({ imap, pop3 }) }));
    const homing = stack.use(
      await startHoming({
        config: directorConfig(front),
        files: userDatabase(backends.ports),
        prepare: (dir) => createUsers(dir, USERS),
      }),
    );
    const host = '127.0.0.1';
    return { backends, homing, imap: { host, port: imap }, pop3: { host, port: pop3 }, atBackend: same };
  };

  const status = async ({ homing, backends, atBackend }: Site, user: string): Promise<string> => {
    const { configFile } = backends.servers.values().next().value ?? homing;
    const admin = homing.socket('director-admin');
    const { stdout } = await doveadm(configFile, 'director', 'status', '-a', admin, atBackend(user));
    return /^Current: (\S+)/m.exec(stdout)?.[1] ?? stdout;
  };
  const map = async ({ homing, backends, atBackend }: Site): Promise<Map<string, { host: string }>> => {
    const [server] = backends.servers.values();
    if (server === undefined) throw new Error('no backend');
    return directorMap(server, USERS.map(atBackend), homing.socket('director-admin'));
  };
  const move = async ({ homing, atBackend }: Site, user: string, backend: string): Promise<void> => {
    expect(await homing.homeadm('director', 'move', atBackend(user), backend)).toMatchObject({ code: 0 });
  };
  const hold = async ({ imap }: Site, user: string): Promise<HeldSession> =>
    stack.use(await holdSession(imap, user, PASSWORD));

  /** Open sessions: of the moved ones on the other backend than their hash says, of the others where it says. */
  const moveAndHold = async (site: Site): Promise<HeldSession[]> => {
    for (const user of [...MOVED, ...STAYING]) await imapLogin(site.imap, user, PASSWORD);
    const byHash = await map(site);
    const target = (user: string): string => other(byHash.get(site.atBackend(user))?.host);
    for (const user of MOVED) await move(site, user, target(user));
    const held = await Promise.all([...MOVED, ...STAYING].map((user) => hold(site, user)));
    expect(held.slice(0, MOVED.length).map(({ backend }) => backend)).toEqual(MOVED.map(target));
    return held;
  };
  const killCore = async ({ homing }: Site): Promise<void> => {
    const [core] = homing.children('core.ts');
    if (core === undefined) throw new Error('no core process');
    process.kill(core, 'SIGKILL');
    await homing.logged(/child \d+ killed with signal 9/);
  };
  const serves = (what: string, login: () => Promise<void>): Promise<boolean> =>
    until(what, 20_000, () =>
      login().then(
        () => true,
        () => false,
      ),
    );
  /** From the first moment on, by both protocols, several times each. */
  const loginAll = ({ imap, pop3 }: Site): Promise<unknown> =>
    Promise.all(
      [...MOVED, ...STAYING].map(async (user) => {
        for (let i = 0; i < 3; i++) {
          await serves(`an imap login of ${user}`, () => imapLogin(imap, user, PASSWORD));
          await serves(`a pop3 login of ${user}`, () => pop3Login(pop3, user, PASSWORD));
        }
      }),
    );
  /** How often each user has logged in where, when so many logins have arrived. */
  const countLogins = async (
    { backends, atBackend }: Site,
    protocol: 'imap' | 'pop3',
    users: readonly string[],
    logins: number,
  ): Promise<Record<string, number>[]> => {
    const landed = await backends.landed(protocol, logins);
    return users.map((user) => {
      const hosts = landed.get(atBackend(user)) ?? [];
      return Object.fromEntries(BACKENDS.map((ip) => [ip, hosts.filter((host) => host === ip).length]));
    });
  };

  test.each([
    ['our login workers', ownSite],
    ['our login workers, of users with another name at the backend,', renamingSite],
    ["Dovecot's login processes and ipc service", dovecotSite],
  ])('%s tell who is where, and go on', async (_, start) => {
    const site = await start();
    const held = await moveAndHold(site);
    const users = held.map(({ user }) => user);
    const before = await countLogins(site, 'imap', users, 2 * users.length);
    await killCore(site);
    await loginAll(site);

    const threeMore = (counts: Record<string, number>, backend: string) => ({
      ...counts,
      [backend]: (counts[backend] ?? 0) + 3,
    });
    const none = Object.fromEntries(BACKENDS.map((ip) => [ip, 0]));
    expect(await countLogins(site, 'imap', users, 5 * users.length)).toEqual(
      held.map(({ backend }, index) => threeMore(before[index] ?? none, backend)),
    );
    expect(await countLogins(site, 'pop3', users, 3 * users.length)).toEqual(
      held.map(({ backend }) => threeMore(none, backend)),
    );
    expect(await Promise.all(held.map((session) => session.alive()))).toEqual(held.map(() => true));
    expect(await Promise.all(held.map(({ user }) => status(site, user)))).toEqual(held.map(({ backend }) => backend));
    expect(site.homing.log()).not.toMatch(/director: Warning/);

    const [first] = held;
    if (first === undefined) throw new Error('no session');
    await move(site, first.user, other(first.backend));
    await first.cut();
  });

  test('doveadm proxy list prints the name at the backend', async () => {
    const { backends, homing, imap } = await renamingSite();
    using session = await holdSession(imap, USERS[0] ?? '', PASSWORD);
    const [server] = backends.servers.values();
    const { stdout } = await doveadm(
      server?.configFile ?? '',
      '-f',
      'tab',
      'proxy',
      'list',
      '-a',
      homing.socket('ipc'),
    );
    expect(stdout.trimEnd().split('\n')).toEqual([
      'username\tproto\tsrc ip\tdest ip\tport\tdestuser',
      `${session.user}\timap\t127.0.0.1\t${session.backend}\t${backends.ports.imap}\tat-${session.user}`,
    ]);
  });
});
