/**
 * One auth server, two front ends: Dovecot's own login processes, and our login workers on the same auth socket with the
 * same configuration file, in front of the same backend. What a client sends to both must get the same bytes back.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Config } from '@homing/config';
import { connectUnix, createLog, type LogEntry, listenTcp, type Served, serveSockets } from '@homing/io';
import { createLoginWorker, createProxyBackend, type LoginListener, type LoginWorker } from '@homing/login-proxy';
import { loadFromFiles } from '../../src/settings/load.ts';
import { makeCertificate } from './certificate.ts';
import { type Dovecot, startDovecot } from './dovecot.ts';
import { homes23, mailboxes23 } from './mailboxes.ts';
import { freePorts } from './ports.ts';
import { makeMailDir } from './server.ts';

export type Protocol = 'imap' | 'pop3';
export type ListenerName = Protocol | 'imaps' | 'pop3s' | 'haproxy';
export type Ports = Readonly<Record<ListenerName, number>>;

export type LoginPair = {
  readonly dovecot: Dovecot;
  readonly backend: Dovecot;
  readonly theirs: Ports;
  readonly ours: Ports;
  /** Log lines of our workers, with their service: `imap-login: Info: ...`. */
  readonly entries: readonly LogEntry[];
  readonly workers: Readonly<Record<Protocol, LoginWorker>>;
} & AsyncDisposable;

export type LoginPairOptions = {
  /** More dovecot.conf for both front ends. */
  readonly config?: (dir: string) => string;
  /** passwd-file of the auth server; `PORT` is the backend's IMAP port, `POP` its POP3 port. */
  readonly users?: string;
  readonly prepare?: (dir: string) => Promise<void>;
};

/** passwd-file fields of a user that is proxied; the port depends on the protocol that asks. */
const proxied = (user: string, more = ''): string =>
  `${user}@example.com:{PLAIN}pass1::::::proxy=y host=127.0.0.1 ${more}`;

const USERS = [
  proxied('u1'),
  proxied('u2'),
  proxied('wrong', 'pass=bad'),
  proxied('master', 'master=proxyadm pass=masterpw'),
  proxied('refused', 'port=1 proxy_timeout=1s'),
  proxied('ttl', 'forward_x=y'),
  'nologin@example.com:{PLAIN}pass1::::::nologin=y reason=Go_away',
  'quiet@example.com:{PLAIN}pass1::::::nologin=y',
  'referral@example.com:{PLAIN}pass1::::::nologin=y host=10.1.2.3 port=1143',
  '',
].join('\n');

const ports = async (): Promise<Ports> => {
  const [imap = 0, pop3 = 0, imaps = 0, pop3s = 0, haproxy = 0] = await freePorts(5);
  return { imap, pop3, imaps, pop3s, haproxy };
};

const frontConfig =
  (own: Ports, backend: Ports, more: string) =>
  (dir: string): string =>
    `
protocols = imap pop3
listen = 127.0.0.1
service imap-login {
  inet_listener imap {
    port = ${own.imap}
  }
  inet_listener imaps {
    port = ${own.imaps}
    ssl = yes
  }
  inet_listener haproxy {
    port = ${own.haproxy}
    haproxy = yes
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${own.pop3}
  }
  inet_listener pop3s {
    port = ${own.pop3s}
    ssl = yes
  }
}
ssl = yes
ssl_cert = <${dir}/tls.pem
ssl_key = <${dir}/tls.key
disable_plaintext_auth = yes
auth_verbose = yes
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
auth_mechanisms = plain login cram-md5 external
login_trusted_networks = 127.0.0.9
passdb {
  driver = passwd-file
  args = ${dir}/users
  default_fields = user=%u
  override_fields = port=%{if;%s;eq;pop3;${backend.pop3};${backend.imap}}
}
${homes23(dir)}
${more}
`;

const backendConfig =
  (own: Ports) =>
  (dir: string): string =>
    `
protocols = imap pop3
service imap-login {
  inet_listener imap {
    port = ${own.imap}
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${own.pop3}
  }
  inet_listener pop3s {
    port = 0
  }
}
login_trusted_networks = 127.0.0.0/8
login_greeting = Backend ready.
auth_failure_delay = 0
auth_mechanisms = plain login
passdb {
  driver = passwd-file
  master = yes
  args = ${dir}/masters
}
passdb {
  driver = static
  args = password=pass1
}
${mailboxes23(dir)}
`;

export const startLoginPair = async (options: LoginPairOptions = {}): Promise<LoginPair> => {
  await using stack = new AsyncDisposableStack();
  const [theirs, ours, behind] = [await ports(), await ports(), await ports()];
  const backend = stack.use(
    await startDovecot({
      config: backendConfig(behind),
      files: { masters: 'proxyadm:{PLAIN}masterpw\n' },
      prepare: makeMailDir,
    }),
  );
  const dovecot = stack.use(
    await startDovecot({
      config: (dir) => frontConfig(theirs, behind, options.config?.(dir) ?? '')(dir),
      files: { users: options.users ?? USERS },
      async prepare(dir) {
        await makeCertificate(dir, 'tls', ['mail.example.com', '127.0.0.1']);
        await makeMailDir(dir);
        await options.prepare?.(dir);
      },
    }),
  );
  const entries: LogEntry[] = [];
  const { config } = loadFromFiles(dovecot.configFile);
  const imap = await startWorker(stack, 'imap', { config, dovecot, ours, entries });
  const pop3 = await startWorker(stack, 'pop3', { config, dovecot, ours, entries });
  const running = stack.move();
  const workers = { imap, pop3 };
  return { dovecot, backend, theirs, ours, entries, workers, [Symbol.asyncDispose]: () => running.disposeAsync() };
};

type Site = { config: Config; dovecot: Dovecot; ours: Ports; entries: LogEntry[] };

const startWorker = async (
  stack: AsyncDisposableStack,
  protocol: Protocol,
  { config, dovecot, ours, entries }: Site,
): Promise<LoginWorker> => {
  const now = (): number => performance.timeOrigin + performance.now();
  const sink = (entry: LogEntry): void => void entries.push(entry);
  const log = createLog({ service: `${protocol}-login`, debug: () => false, sink, now: Date.now });
  const loginDir = join(dovecot.baseDir, 'login');
  const backend = stack.use(
    await createProxyBackend({
      settings: config.settings({ service: protocol }),
      log,
      loginDir,
      connectIpc: connectUnix(dovecot.socket('login/ipc-proxy'), log),
      pid: process.pid,
      now,
      pick: (n) => Math.floor(Math.random() * n),
    }),
  );
  const worker = stack.use(
    createLoginWorker({
      protocol,
      settingsFor: config.settings,
      connectAuth: connectUnix(dovecot.socket('login/login'), log),
      authSocket: 'login',
      log,
      proxyLogin: backend.login,
      relay: backend.relay,
      clientLimit: 20_000,
      hostname: hostname(),
      pid: process.pid,
      now,
    }),
  );
  const serve = async (name: ListenerName, listener: Omit<LoginListener, 'name'>): Promise<Served> =>
    serveSockets(listenTcp('127.0.0.1', ours[name]), (socket) => worker.accept(socket, { name, ...listener }), log);
  stack.adopt(await serve(protocol, { ssl: false, haproxy: false }), (served) => served.close());
  stack.adopt(await serve(`${protocol}s`, { ssl: true, haproxy: false }), (served) => served.close());
  if (protocol === 'imap') {
    stack.adopt(await serve('haproxy', { ssl: false, haproxy: true }), (served) => served.close());
  }
  return worker;
};
