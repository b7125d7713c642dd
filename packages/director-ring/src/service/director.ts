/**
 * The director as a service: the core's state, one timer, and the protocols on its sockets.
 *
 * Settings apply at the start, as in Dovecot: a changed `director_mail_servers` needs a restart, or `doveadm director`.
 */
import { randomBytes } from 'node:crypto';
import {
  type Connect,
  canBindAddress,
  createPageServer,
  hostVariable,
  type Log,
  type ProtocolFactory,
  type StreamSocket,
} from '@homing/io';
import { startDirector } from '../core/director.ts';
import type { FlushTarget } from '../core/flush-socket.ts';
import type { DirectorHost } from '../core/ring/ring.ts';
import type { DirectorSettings } from '../core/settings.ts';
import { type DirectorStatus, directorStatus } from '../core/status.ts';
import { serveAdmin } from './admin-connection.ts';
import { type AuthSockets, createAuthRelay } from './auth-relay.ts';
import { serveAuthreply } from './authreply.ts';
import { checkAllowNets, checkFlushSocket, findMailHosts } from './configure.ts';
import { findDirectors } from './director-servers.ts';
import { dovecotSessions } from './dovecot-sessions.ts';
import { createFlushRunner, type FlushRun } from './flush-runner.ts';
import { type ConnectHost, createHealthChecks, parseHealthChecks } from './health-checks.ts';
import { createIpcClient } from './ipc-client.ts';
import { allKickers } from './kicker.ts';
import type { Resolve } from './look-up.ts';
import { statusPages } from './metrics.ts';
import { serveNotify } from './notify.ts';
import { createRingNetwork } from './ring-network.ts';
import { createRingTls, type RingTlsSettings } from './ring-tls.ts';
import { createRuntime } from './runtime.ts';
import { createSessionAsking } from './session-asking.ts';
import type { SessionSockets } from './session-ending.ts';
import { keepUsers } from './session-polling.ts';
import { openState } from './state.ts';
import { tellUnseenSessions } from './unseen-sessions.ts';

export type DirectorOptions = {
  readonly settings: DirectorSettings;
  readonly log: Log;
  /** The auth server's `auth-login` and `auth-userdb` sockets: one connection for each connection of ours. */
  readonly connectAuth: AuthSockets;
  /** The `ipc` socket, for kicks and lists of sessions. */
  readonly connectIpc: Connect;
  /** The sockets of Dovecot 2.4, which has no ipc; absent: it has no login processes here. */
  readonly dovecotSessions?: SessionSockets | undefined;
  /** Whether login processes report their users at `acceptNotify`, or have to be asked for them. */
  readonly usersKeptBy?: 'reports' | 'asking' | undefined;
  /** A port of a mail host, for probes. */
  readonly connectHost: ConnectHost;
  readonly resolve: Resolve;
  /**
   * Login processes outlived the director before this one, and `askSessions` will be called. Users of whom nobody told yet
   * wait for their mail host, a second at most.
   */
  readonly isRestart: boolean;
  /** Where users and backends outlive a restart; undefined: they do not. */
  readonly stateFolder?: string | undefined;
  readonly flush: {
    readonly connect: (target: Exclude<FlushTarget, { scheme: 'exec' }>) => Connect;
    /** Runs a program with its arguments; what it wrote to stdout, and whether its exit status was 0. */
    readonly run: FlushRun;
  };
  /** Where other directors connect: the first ring listener. */
  readonly ringAddress?: DirectorHost;
  /** Absent: no other director speaks TLS. */
  readonly tls?: RingTlsSettings;
  /** Unix milliseconds that never step: `performance.timeOrigin + performance.now()`. */
  readonly now: () => number;
  /** The machine's clock, which other directors compare with theirs: `Date.now`. Absent: it is never set. */
  readonly clock?: () => number;
};

export type DirectorService = AsyncDisposable & {
  /** `login/director`: the auth client protocol, success lines completed. */
  readonly acceptAuth: ProtocolFactory;
  /** `director-userdb`: the auth master protocol, PASS replies completed. */
  readonly acceptUserdb: ProtocolFactory;
  /** `director-authreply`: completes OK lines for somebody else's auth server. */
  readonly acceptAuthreply: ProtocolFactory;
  /** `director-admin`, and inet listeners named `...-doveadm`. */
  readonly acceptAdmin: ProtocolFactory;
  /** `login/proxy-notify`, fifo or socket. */
  readonly acceptNotify: ProtocolFactory;
  /** A connection to the ring port, nothing of it read or written. */
  readonly acceptRing: (socket: StreamSocket) => void;
  /** Listeners named `...-metrics`: HTTP, `/metrics` and `/status.json`. */
  readonly acceptMetrics: (socket: StreamSocket) => void;
  /** For connections of the ring from now on. Rejects with `ConfigError`, and then all is as before. */
  useTls(settings: RingTlsSettings): Promise<void>;
  /** Has the login processes tell which sessions they carry: all of them, or one by its connection id at `ipc`. */
  askSessions(to: '*' | number): void;
  /** Begins to write to `stateFolder`, as the user who the process is now. */
  keepState(): void;
  status(): DirectorStatus;
};

/** Rejects with `ConfigError` when the settings cannot be served. */
export const createDirector = async (options: DirectorOptions): Promise<DirectorService> => {
  const { settings, log, isRestart } = options;
  const now = (): number => Math.floor(options.now());
  checkFlushSocket(settings.director_flush_socket, log);
  checkAllowNets(settings.homing_director_allow_nets);
  const probes = parseHealthChecks(settings);
  const { self, others } = await findDirectors({
    servers: settings.director_servers,
    ring: options.ringAddress,
    resolve: options.resolve,
    canBind: canBindAddress,
  });
  const network = createRingNetwork(self.ip);
  const useTls = async (files: RingTlsSettings): Promise<void> => {
    network.useTls(await createRingTls(files, options.resolve));
  };
  if (options.tls !== undefined) await useTls(options.tls);
  const mailHosts = await findMailHosts(settings.director_mail_servers, options.resolve, log);
  const seed = randomBytes(4).readUInt32LE();
  const state =
    options.stateFolder === undefined
      ? undefined
      : await openState({ folder: options.stateFolder, usernameHash: settings.director_username_hash, log, seed });
  const director = startDirector({ settings, self, others, mailHosts, isRestart, hostVariable, now: now(), seed });
  state?.restore(director, now());
  const closing = new AbortController();
  const dovecot = options.dovecotSessions && dovecotSessions(director, options.dovecotSessions, log, closing.signal);
  const ipc = createIpcClient(options.connectIpc, log);
  const kicker = dovecot === undefined ? ipc : allKickers([ipc, dovecot.kicker]);
  const flush = createFlushRunner(settings.director_flush_socket, options.flush, log);
  const runtime = createRuntime({
    director,
    log,
    now,
    clock: options.clock,
    kicker,
    flush,
    network,
    loginFields: {
      refreshSeconds: options.usersKeptBy === 'asking' ? 0 : Math.floor(settings.director_user_expire / 2),
      tellsDestuser: dovecot !== undefined,
    },
    onChanged: () => state?.noteChange(),
  });
  const asking = createSessionAsking(runtime, options.connectIpc, dovecot?.list);
  const polling = options.usersKeptBy === 'asking' ? keepUsers(runtime, asking) : undefined;
  const onHello = dovecot === undefined ? tellUnseenSessions(log) : undefined;
  const status = (): DirectorStatus => directorStatus(director, now());
  const pages = createPageServer(statusPages(status));
  const health = probes.length > 0 ? createHealthChecks(runtime, probes, options.connectHost) : undefined;
  runtime.start();
  health?.start();
  return {
    acceptAuth: createAuthRelay(runtime, 'auth-login', options.connectAuth.login, onHello),
    acceptUserdb: createAuthRelay(runtime, 'auth-userdb', options.connectAuth.userdb),
    acceptAuthreply: serveAuthreply(runtime),
    acceptAdmin: serveAdmin(runtime),
    acceptNotify: serveNotify(runtime),
    acceptRing: (socket) => runtime.ring.accept(socket),
    askSessions: (to) => asking.ask(to),
    keepState: () => state?.keep(runtime),
    acceptMetrics: (socket) => pages.accept(socket),
    useTls,
    status,
    async [Symbol.asyncDispose]() {
      health?.close();
      await runtime.stop();
      await state?.close();
      closing.abort();
      kicker.close();
      polling?.close();
      asking.close();
      flush.close();
    },
  };
};
