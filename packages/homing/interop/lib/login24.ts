/** Dovecot 2.4's login services and lmtp, asking whatever a test puts behind their auth sockets; and mail clients. */
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log, ProtocolFactory } from '@homing/io';
import type { Dovecot } from './dovecot.ts';
import { BUSY_24, startDovecot24 } from './dovecot24.ts';
import {
  type Answer,
  type MailPorts,
  type MailProtocol,
  mailListeners,
  mailPorts,
  plainResponse,
  sieveAnswer,
  submissionAnswer,
} from './five-protocols.ts';
import { openLineClient } from './line-client.ts';
import { freePorts } from './ports.ts';
import { serveUnix } from './serve-unix.ts';

export const LOGIN24_HOST = '127.0.26.1';

export type Login24 = { readonly dovecot: Dovecot; readonly ports: MailPorts } & AsyncDisposable;

export type SidecarSockets = {
  /** `login/sidecar/login` of its base_dir, and `sidecar/userdb`. */
  readonly login: ProtocolFactory;
  readonly userdb?: ProtocolFactory;
  /** `sidecar/master` and `auth-master`, where mail processes fetch logins if `config` says so. */
  readonly master?: ProtocolFactory;
  readonly log: Log;
};

export type Login24Options = SidecarSockets & {
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
${mailListeners(ports, BUSY_24)}
`;

/** Serves them below the base_dir of a Dovecot of any series that is about to start; they end with `stack`. */
export const prepareSidecar = async (
  dir: string,
  { login, userdb, master, log }: SidecarSockets,
  stack: AsyncDisposableStack,
): Promise<void> => {
  const listen = async (folder: string, name: string, factory: ProtocolFactory | undefined): Promise<void> => {
    if (factory === undefined) return;
    const path = join(dir, 'run', folder);
    await mkdir(path, { recursive: true });
    await chmod(path, 0o755);
    stack.use(await serveUnix(join(path, name), factory, log));
  };
  await listen('login/sidecar', 'login', login);
  await listen('sidecar', 'userdb', userdb);
  await listen('sidecar', 'master', master);
  await listen('.', 'auth-master', master);
};

export const startLogin24 = async (options: Login24Options): Promise<Login24> => {
  await using stack = new AsyncDisposableStack();
  const ports = mailPorts(await freePorts(6, LOGIN24_HOST));
  const dovecot = await startDovecot24({
    config: (dir) => config(ports) + (options.config?.(dir) ?? ''),
    prepare: async (dir) => {
      await options.prepare?.(dir);
      await prepareSidecar(dir, options, stack);
    },
  });
  stack.use(dovecot);
  const running = stack.move();
  return { dovecot, ports, [Symbol.asyncDispose]: () => running.disposeAsync() };
};

/** Each says what it has to, and returns the line that tells how the login, or the recipient, fared. */
const answers: Readonly<Record<MailProtocol, Answer>> = {
  async imap(client, user, password, deadlineMs) {
    await client.line();
    client.send(`a LOGIN ${user} ${password}\r\n`);
    return (await client.linesUntil((line) => line.startsWith('a '), deadlineMs)).at(-1) ?? '';
  },
  async pop3(client, user, password, deadlineMs) {
    await client.line();
    client.send(`USER ${user}\r\n`);
    await client.line();
    client.send(`PASS ${password}\r\n`);
    return client.line(deadlineMs);
  },
  submission: submissionAnswer,
  sieve: sieveAnswer,
  async lmtp(client, user, _password, deadlineMs) {
    await client.line();
    client.send('LHLO me\r\n');
    await client.linesUntil((line) => line.startsWith('250 '));
    client.send('MAIL FROM:<a@example.com>\r\n');
    await client.line();
    client.send(`RCPT TO:<${user}>\r\n`);
    return client.line(deadlineMs);
  },
};

/**
 * Somebody gives up in the middle of AUTHENTICATE while another logs in at the same login process. What the two are told
 * in the end.
 */
export const giveUpBeside = async (
  server: { readonly host: string; readonly port: number },
  user: string,
  password = 'pw',
): Promise<readonly [quitter: string, other: string]> => {
  using quitter = await openLineClient(server);
  await quitter.line();
  quitter.send('a AUTHENTICATE LOGIN\r\n');
  await quitter.line();
  using other = await openLineClient(server);
  await other.line();
  other.send('a AUTHENTICATE PLAIN\r\n');
  await other.line();
  quitter.send('*\r\n');
  const given = await quitter.line();
  other.send(`${plainResponse(user, password)}\r\n`);
  return [given, await other.line()];
};

/** What a client of `protocol` is told, without the host's name and the time that temporary failures carry. */
export const answerAt = async (
  server: { readonly host: string; readonly port: number },
  protocol: MailProtocol,
  user: string,
  password = 'pw',
  deadlineMs = 20_000,
): Promise<string> => {
  using client = await openLineClient(server);
  return (await answers[protocol](client, user, password, deadlineMs))
    .replace(/ \[[^\s\]:]+:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]/, '')
    .replace(/session=[^\s)]+/, 'session=S');
};
