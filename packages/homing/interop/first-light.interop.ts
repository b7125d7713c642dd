/**
 * The main job, end to end: a user logs in through a login service, the director pins the user to a backend, the session
 * arrives there, and so does the next one. First with Dovecot's login processes in front of our director.
 */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticateAll, directorMap, startRealDirector } from './lib/chosen-hosts.ts';
import { type Dovecot, startDovecot } from './lib/dovecot.ts';
import { besideDovecot23, loginsAtDirector } from './lib/dovecot23-front.ts';
import { mailLogin } from './lib/five-protocols.ts';
import { type Homing, startHoming } from './lib/homing.ts';
import { type Endpoint, imapLogin, inParallel, pop3Login } from './lib/mail-login.ts';
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

const USERS = userNames(1000);
const PARALLEL = 16;

/** Dovecot's login processes and lmtp, which find our sockets in its own base_dir. */
const frontConfig = (ports: { imap: number; pop3: number; lmtp: number }): string => `
protocols = imap pop3 lmtp
login_proxy_notify_path = sidecar/proxy-notify
lmtp_proxy = yes
protocol lmtp {
  auth_socket_path = sidecar/director-userdb
}
${loginsAtDirector(ports)}
service lmtp {
  inet_listener lmtp {
    port = ${ports.lmtp}
  }
}
`;

const homingConfig =
  (front: Dovecot) =>
  (dir: string): string =>
    `
protocols =
director_mail_servers = ${BACKENDS.join(' ')}
${sqlPassdb(dir)}
${besideDovecot23(front)}
service director {
  unix_listener ${front.socket('sidecar/director-userdb')} {
    mode = 0600
  }
}
`;

describeWithDovecot('our director behind Dovecot login processes', () => {
  const stack = new AsyncDisposableStack();
  let backends: Backends;
  let front: Dovecot;
  let homing: Homing;
  let imap: Endpoint;
  let pop3: Endpoint;
  let lmtp: Endpoint;

  beforeAll(async () => {
    backends = stack.use(await startBackends());
    const [imapPort = 0, pop3Port = 0, lmtpPort = 0] = await freePorts(3);
    const ports = { imap: imapPort, pop3: pop3Port, lmtp: lmtpPort };
    front = stack.use(await startDovecot({ config: () => frontConfig(ports) }));
    homing = stack.use(
      await startHoming({
        config: homingConfig(front),
        files: userDatabase(backends.ports),
        prepare: (dir) => createUsers(dir, USERS),
      }),
    );
    imap = { host: '127.0.0.1', port: imapPort };
    pop3 = { host: '127.0.0.1', port: pop3Port };
    lmtp = { host: '127.0.0.1', port: lmtpPort };
  });
  afterAll(() => stack.disposeAsync());

  test('1,000 users log in by IMAP twice each, and land where Dovecot’s director sends them', async () => {
    await using real = await startRealDirector();
    await authenticateAll(real.socket('login/director'), USERS, PASSWORD);
    const chosen = await directorMap(real, USERS);

    expect(await inParallel([...USERS, ...USERS], PARALLEL, (user) => imapLogin(imap, user, PASSWORD))).toEqual([]);

    const landed = await backends.landed('imap', 2 * USERS.length);
    const expected = new Map(USERS.map((user) => [user, [chosen.get(user)?.host, chosen.get(user)?.host]]));
    expect(Object.fromEntries(landed)).toEqual(Object.fromEntries(expected));
    expect(new Set([...chosen.values()].map(({ host }) => host))).toEqual(new Set(BACKENDS));

    expect(await directorMap(real, USERS, homing.socket('director-admin'))).toEqual(chosen);
  });

  test('1,000 users log in by POP3 twice each, and land on the same backends', async () => {
    expect(await inParallel([...USERS, ...USERS], PARALLEL, (user) => pop3Login(pop3, user, PASSWORD))).toEqual([]);
    const byPop3 = await backends.landed('pop3', 2 * USERS.length);
    const byImap = await backends.landed('imap', 2 * USERS.length);
    expect(Object.fromEntries(byPop3)).toEqual(Object.fromEntries(byImap));
  });

  test('a wrong password is refused, also by the real login process', async () => {
    await expect(imapLogin(imap, 'user0000@example.com', 'wrong')).rejects.toThrow('[AUTHENTICATIONFAILED]');
  });

  test('a reload of Dovecot leaves our sockets, and a socket file that is removed comes back', async () => {
    front.signal('SIGHUP');
    await front.logged(/SIGHUP received/);
    await imapLogin(imap, 'user0001@example.com', PASSWORD);
    await rm(front.socket('login/sidecar'), { recursive: true });
    await until('a login', 30_000, () =>
      imapLogin(imap, 'user0001@example.com', PASSWORD).then(
        () => true,
        () => false,
      ),
    );
  });

  test('LMTP delivers to the backend of the user', async () => {
    const [user = ''] = USERS;
    await mailLogin.lmtp(lmtp, user, PASSWORD);
    const [host = ''] = (await backends.landed('imap', 1)).get(user) ?? [];
    await backends.servers.get(host)?.logged(new RegExp(`lmtp\\(${user}\\).*saved mail to INBOX`));
  });
});
