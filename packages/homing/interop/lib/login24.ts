/** Dovecot 2.4's login services and lmtp, asking whatever a test puts behind their auth sockets; and mail clients. */
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log, ProtocolFactory } from '@homing/io';
import type { Dovecot } from './dovecot.ts';
import { startDovecot24 } from './dovecot24.ts';
import { type MailPorts, mailListeners, mailPorts } from './five-protocols.ts';
import { type LineClient, openLineClient } from './line-client.ts';
import { freePorts } from './ports.ts';
import { serveUnix } from './serve-unix.ts';

export const LOGIN24_HOST = '127.0.26.1';

export type Login24 = { readonly dovecot: Dovecot; readonly ports: MailPorts } & AsyncDisposable;

export type Login24Options = {
  /** `login/sidecar/login` of its base_dir, and `sidecar/userdb`. */
  readonly login: ProtocolFactory;
  readonly userdb?: ProtocolFactory;
  /** `sidecar/master` and `auth-master`, where mail processes fetch logins if `config` says so. */
  readonly master?: ProtocolFactory;
  readonly log: Log;
  /** More configuration. */
  readonly config?: (dir: string) => string;
  readonly prepare?: (dir: string) => Promise<void>;
};

const config = (ports: MailPorts): string => `
protocols = imap pop3 lmtp submission sieve
listen = ${LOGIN24_HOST}
login_socket_path = sidecar/login
auth_socket_path = sidecar/userdb
lmtp_proxy = yes
submission_relay_host = 127.0.0.1
${mailListeners(ports, '  restart_request_count = unlimited\n  client_limit = 100\n')}
`;

export const startLogin24 = async (options: Login24Options): Promise<Login24> => {
  await using stack = new AsyncDisposableStack();
  const ports = mailPorts(await freePorts(6, LOGIN24_HOST));
  const { login, userdb, master, log } = options;
  const listen = async (folder: string, name: string, factory: ProtocolFactory): Promise<void> => {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o755);
    stack.use(await serveUnix(join(folder, name), factory, log));
  };
  const dovecot = await startDovecot24({
    config: (dir) => config(ports) + (options.config?.(dir) ?? ''),
    prepare: async (dir) => {
      await options.prepare?.(dir);
      await listen(join(dir, 'run', 'login', 'sidecar'), 'login', login);
      if (userdb !== undefined) await listen(join(dir, 'run', 'sidecar'), 'userdb', userdb);
      if (master === undefined) return;
      await listen(join(dir, 'run', 'sidecar'), 'master', master);
      await listen(join(dir, 'run'), 'auth-master', master);
    },
  });
  stack.use(dovecot);
  const running = stack.move();
  return { dovecot, ports, [Symbol.asyncDispose]: () => running.disposeAsync() };
};

type Client = 'imap' | 'pop3' | 'submission' | 'sieve' | 'lmtp';

const plain = (user: string, password: string): string => Buffer.from(`\0${user}\0${password}`).toString('base64');

/** Each says what it has to, and returns the line that tells how the login, or the recipient, fared. */
const answers: Readonly<Record<Client, (client: LineClient, user: string, password: string) => Promise<string>>> = {
  async imap(client, user, password) {
    await client.line();
    client.send(`a LOGIN ${user} ${password}\r\n`);
    return (await client.linesUntil((line) => line.startsWith('a '))).at(-1) ?? '';
  },
  async pop3(client, user, password) {
    await client.line();
    client.send(`USER ${user}\r\n`);
    await client.line();
    client.send(`PASS ${password}\r\n`);
    return client.line();
  },
  async submission(client, user, password) {
    await client.line();
    client.send('EHLO me\r\n');
    await client.linesUntil((line) => line.startsWith('250 '));
    client.send(`AUTH PLAIN ${plain(user, password)}\r\n`);
    return client.line();
  },
  async sieve(client, user, password) {
    await client.linesUntil((line) => line.startsWith('OK'));
    client.send(`AUTHENTICATE "PLAIN" "${plain(user, password)}"\r\n`);
    return client.line();
  },
  async lmtp(client, user) {
    await client.line();
    client.send('LHLO me\r\n');
    await client.linesUntil((line) => line.startsWith('250 '));
    client.send('MAIL FROM:<a@example.com>\r\n');
    await client.line();
    client.send(`RCPT TO:<${user}>\r\n`);
    return client.line(20_000);
  },
};

/** What a client of `protocol` is told, without the host's name and the time that temporary failures carry. */
export const answerAt = async (
  server: { readonly host: string; readonly port: number },
  protocol: Client,
  user: string,
  password = 'pw',
): Promise<string> => {
  using client = await openLineClient(server);
  return (await answers[protocol](client, user, password))
    .replace(/ \[[^\s\]:]+:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]/, '')
    .replace(/session=[^\s)]+/, 'session=S');
};
