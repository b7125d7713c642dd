/**
 * Dovecot 2.4's IMAP and POP3 login services beside Homing, with sessions held open to mail hosts that let everybody in.
 * Homing's core is neither root nor one of Dovecot's users, and Dovecot's anvil is root's, as it comes.
 */
import { chown, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { lookupUser } from '@homing/io';
import type { Dovecot } from './dovecot.ts';
import { BUSY_24, startDovecot24 } from './dovecot24.ts';
import { homeadmHere } from './homeadm.ts';
import { type Homing, startHoming } from './homing.ts';
import { startImapStandIn } from './imap-stand-in.ts';
import { type LineClient, openLineClient } from './line-client.ts';
import { startPop3StandIn } from './pop3-stand-in.ts';
import { freePorts } from './ports.ts';
import type { Finished } from './process.ts';
import type { ServerOptions } from './server.ts';
import { SIDECAR, sidecarLogin } from './sidecar.ts';
import { until } from './until.ts';

const HOST = '127.0.25.9';
export const SESSION_BACKENDS = ['127.0.25.1', '127.0.25.2'] as const;

/** `one`: the default of 2.4, each login process serves one client. */
export type Clients = 'one' | 'many';

/** Users have a field `user_group`, their domain; those of the domain `other` have another name at the mail hosts. */
export const nameAtBackend = (user: string): string => (user.endsWith('@other') ? `at-${user}` : user);

const passdb = (imap: number, pop3: number): string => `
passdb static {
  fields {
    nopassword = yes
    proxy = yes
    port = %{protocol | if("eq", "pop3", "${pop3}", "${imap}")}
    user_group = %{user | domain}
    destuser = %{user | domain | if("eq", "other", "at-", "")}%{user}
  }
}
`;

type Ports = { readonly imap: number; readonly pop3: number };

const frontConfig = (own: Ports, backends: Ports, clients: Clients): string => `
protocols = imap pop3
listen = ${HOST}
login_socket_path = sidecar/login
login_proxy_notify_path = sidecar/proxy-notify
${(['imap', 'pop3'] as const)
  .map(
    (protocol) => `service ${protocol}-login {
  inet_listener ${protocol} {
    port = ${own[protocol]}
  }
  inet_listener ${protocol}s {
    port = 0
  }
${clients === 'many' ? BUSY_24 : ''}}
`,
  )
  .join('')}
${passdb(backends.imap, backends.pop3)}
service auth {
${sidecarLogin}
}
`;

const homingConfig = (front: Dovecot, { users = 'reports', settings = '' }: SessionSiteOptions): string => `
protocols =
director_mail_servers = ${SESSION_BACKENDS.join(' ')}
homing_auth_login_socket = ${front.socket('sidecar-login')}
homing_anvil_socket = ${front.socket('anvil')}
service director {
  user = ${SIDECAR}
  unix_listener ${front.socket('login/sidecar/login')} {
    mode = 0666
  }
${users === 'reports' ? fifo(front) : ''}}
${settings}`;

const fifo = (front: Dovecot): string => `  fifo_listener ${front.socket('login/sidecar/proxy-notify')} {
    mode = 0622
    user = ${SIDECAR}
  }
`;

export type SessionSiteOptions = {
  readonly clients: Clients;
  /** How Homing hears of users with sessions: by a fifo, or it has to ask. */
  readonly users?: 'reports' | 'asking';
  /** Of Homing. */
  readonly settings?: string;
  /** Of Dovecot. */
  readonly dovecot?: string;
  /** No process of Homing is root. */
  readonly isUnprivileged?: boolean;
};

export type Session = {
  readonly user: string;
  /** The mail host. */
  readonly backend: string;
  readonly client: LineClient;
};

export type SessionSite = {
  readonly front: Dovecot;
  readonly homing: Homing;
  readonly imap: (user: string) => Promise<Session>;
  readonly pop3: (user: string) => Promise<Session>;
  /** True if a session still answers, within so many milliseconds. */
  readonly isAlive: (session: Session, deadlineMs?: number) => Promise<boolean>;
  readonly homeadm: (...args: string[]) => Promise<Finished>;
  /** Where the director has a user, by the name at the mail hosts; undefined: nowhere. */
  readonly hostOf: (user: string) => Promise<{ readonly host: string; readonly expires: number } | undefined>;
} & AsyncDisposable;

export const startSessionSite = async (options: SessionSiteOptions): Promise<SessionSite> => {
  await using stack = new AsyncDisposableStack();
  const [backend] = SESSION_BACKENDS;
  const [imap = 0, pop3 = 0] = await freePorts(2, backend);
  const [ownImap = 0, ownPop3 = 0] = await freePorts(2, HOST);
  stack.use(await startImapStandIn(SESSION_BACKENDS, imap));
  stack.use(await startPop3StandIn(SESSION_BACKENDS, pop3));
  const own = { imap: ownImap, pop3: ownPop3 };
  const config = (): string => frontConfig(own, { imap, pop3 }, options.clients) + (options.dovecot ?? '');
  const front = stack.use(await startDovecot24({ config }));
  const prepared = options.isUnprivileged === true ? await withoutRoot(front) : {};
  const homing = stack.use(await startHoming({ ...prepared, config: () => homingConfig(front, options) }));
  const clients = stack.use(new DisposableStack());
  const login = async (user: string, protocol: keyof Ports): Promise<Session> => {
    const client = clients.use(await openLineClient({ host: HOST, port: own[protocol] }));
    await client.line();
    const from = front.log().length;
    for (const command of protocol === 'imap' ? [`a LOGIN ${user} pw`] : [`USER ${user}`, 'PASS pw']) {
      client.send(`${command}\r\n`);
      const reply = await client.line();
      if (!/^(a OK|\+OK)/.test(reply)) {
        throw new Error(`${user}: ${reply}\n${front.log()}\n${homing.log()}`);
      }
    }
    const started = new RegExp(`proxy\\(${user},([0-9.]+):\\d+\\): Started proxying`);
    const [, host = ''] = await front.logged(started, 10_000, from);
    return { user, backend: host, client };
  };
  const homeadm = (...args: string[]): Promise<Finished> => homeadmHere(homing.configFile, ...args);
  const running = stack.move();
  return {
    front,
    homing,
    imap: (user) => login(user, 'imap'),
    pop3: (user) => login(user, 'pop3'),
    async isAlive({ client }, deadlineMs) {
      client.send('x NOOP\r\n');
      return client.line(deadlineMs).then(
        () => true,
        () => false,
      );
    },
    homeadm,
    async hostOf(user) {
      const { stdout } = await homeadm('director', 'status', user);
      const [, host, expires] = /^Current: ([0-9.]+) \(expires ([^)]+)\)/m.exec(stdout) ?? [];
      return host === undefined || expires === undefined ? undefined : { host, expires: Date.parse(expires) };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

/** As whoever must make the folder for Homing's sockets in Dovecot's `login/`, and let it in there. */
const withoutRoot = async (front: Dovecot): Promise<Pick<ServerOptions, 'enter' | 'prepare'>> => {
  const user = lookupUser(SIDECAR);
  const { gid: mayEnter } = await stat(front.socket('login'));
  if (user === undefined) throw new Error(`no user ${SIDECAR}`);
  const { uid, gid } = user;
  const folder = front.socket('login/sidecar');
  await mkdir(folder);
  await chown(folder, uid, gid);
  return {
    enter: ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, `--groups=${mayEnter}`],
    async prepare(dir) {
      for (const path of [dir, join(dir, 'run')]) await chown(path, uid, gid);
    },
  };
};

/** Waits until all are cut. */
export const allCut = async (sessions: readonly Session[]): Promise<void> => {
  for (const { client } of sessions) await client.closed();
};

/** Every session of the site is known to anvil. */
export const anvilKnows = (site: SessionSite, count: number): Promise<boolean> =>
  until(`${count} sessions in anvil`, 10_000, async () => {
    const { stdout } = await site.front.doveadm('who', '-1');
    return stdout.trimEnd().split('\n').length - 1 === count;
  });
