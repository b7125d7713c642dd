/**
 * The door of the client side: takes accepted sockets, logs their clients in against an auth server or a director's
 * login socket, and hands those that proxy to the backend side.
 */
import { type Connect, hostVariable, type Log, type StreamSocket } from '@homing/io';
import { bytesFromText } from '@homing/wire';
import { acceptedClient, endpointsOf } from '../core/client/accepted.ts';
import { greetingFailure } from '../core/client/greeting.ts';
import { logFormatFailures } from '../core/client/log-line.ts';
import type { LoginSettings } from '../core/client/settings.ts';
import { accessRefusal, pluginWarning } from '../core/client/unsupported.ts';
import type { Endpoints, ProxyLogin, Relay } from '../core/proxy-login.ts';
import { createAuthClient } from './auth-client.ts';
import { type Client, type ClientWorker, startClient } from './client-connection.ts';
import { type ClientPool, createClientPool } from './client-pool.ts';
import { type Haproxied, readHaproxy } from './haproxy.ts';
import { createContexts } from './server-tls.ts';

/** The connection the settings are for; `localName` is the TLS server name. Without addresses: those of the service. */
export type LoginFilter = {
  readonly service: 'imap' | 'pop3';
  readonly localIp?: string;
  readonly remoteIp?: string;
  readonly localName?: string;
};

export type LoginWorkerOptions = {
  readonly protocol: 'imap' | 'pop3';
  /** Must return the same object for the same settings: TLS contexts are kept by it. */
  readonly settingsFor: (filter: LoginFilter) => LoginSettings;
  /** To `login/login` of an auth server, or `login/director`. */
  readonly connectAuth: Connect;
  /** What `connectAuth` connects to, for the log. */
  readonly authSocket: string;
  /** The log of `imap-login` or `pop3-login`. */
  readonly log: Log;
  /** Backend side. */
  readonly proxyLogin: ProxyLogin;
  readonly relay: Relay;
  /** Clients and sessions at the same time; the oldest client that has not logged in makes room for a new one. */
  readonly clientLimit: number;
  /** gethostname(2): in temporary failures and APOP challenges. */
  readonly hostname: string;
  readonly pid: number;
  /** Unix milliseconds, with a fraction where the clock has one. */
  readonly now: () => number;
};

export type LoginListener = { readonly name: string; readonly ssl: boolean; readonly haproxy: boolean };

export type LoginWorker = AsyncDisposable & {
  /** Takes the socket over. */
  accept(socket: StreamSocket, listener: LoginListener): void;
  /**
   * Lets logins under way finish, tells the others to go if there is no auth server. Resolves when no client is left that
   * has not logged in; sessions are the relay's. Nothing may be accepted any more.
   */
  shutdown(): Promise<void>;
  readonly clients: number;
  /** Sessions handed to the relay that it has not ended. */
  readonly relayed: number;
};

/** Linux gives PIDs up to 2^22; logins of several protocols in one process need client ids of their own. */
const CLIENT_ID_STEP = 2 ** 22;

export const createLoginWorker = (options: LoginWorkerOptions): LoginWorker => {
  const { protocol, log, settingsFor } = options;
  const pool = createClientPool();
  const accepting = new Set<StreamSocket>();
  let isShuttingDown = false;
  reportSettings(settingsFor({ service: protocol }), log);
  const stopAll = (reason: string): void => pool.tellAll({ on: 'stop', kind: 'shutdown', reason });
  const auth = createAuthClient({
    connect: options.connectAuth,
    socketPath: options.authSocket,
    clientId: options.pid + (protocol === 'imap' ? 0 : CLIENT_ID_STEP),
    log,
    now: options.now,
    onChange(change) {
      if (change === 'ready') pool.tellAll({ on: 'auth-ready' });
      else if (change === 'never-ready') stopAll('Auth process broken');
      else if (isShuttingDown) stopAll('Shutting down');
    },
  });
  const worker: ClientWorker = {
    ...options,
    auth,
    contextOf: createContexts(),
    settingsForName: ({ endpoints }, serverName) =>
      settingsFor(filterOf(protocol, endpoints, bytesFromText(serverName))),
  };
  const hasRoom = (): boolean => {
    if (pool.size + accepting.size + pool.relayed < options.clientLimit || pool.endOldest()) return true;
    const text = `service(${protocol}-login): client_limit (${options.clientLimit}) reached, client connections are being dropped`;
    log.warning('client_limit', {}, text);
    return false;
  };

  return {
    accept(socket, listener) {
      const real = endpointsOf(socket);
      if (real === undefined || isShuttingDown || !hasRoom()) {
        socket.on('error', () => undefined).destroy();
        return;
      }
      if (!listener.haproxy) {
        begin(worker, pool, settingsFor, { socket, listener, real, header: undefined });
        return;
      }
      accepting.add(socket);
      void readHaproxy(socket, real, settingsFor(filterOf(protocol, real)), log).then((header) => {
        accepting.delete(socket);
        if (header !== undefined) begin(worker, pool, settingsFor, { socket, listener, real, header });
      });
    },
    async shutdown() {
      isShuttingDown = true;
      if (auth.server === undefined) stopAll('Shutting down');
      await pool.emptied();
    },
    get clients() {
      return pool.size + accepting.size;
    },
    get relayed() {
      return pool.relayed;
    },
    async [Symbol.asyncDispose]() {
      isShuttingDown = true;
      for (const socket of accepting) socket.destroy();
      stopAll('Shutting down');
      auth.close();
      await pool.emptied();
    },
  };
};

const reportSettings = (settings: LoginSettings, log: Log): void => {
  const warning = pluginWarning(settings);
  if (warning !== undefined) log.warning('plugins_ignored', {}, warning);
  for (const failure of logFormatFailures(settings, hostVariable)) log.error('log_format_invalid', {}, failure);
};

type Connected = {
  readonly socket: StreamSocket;
  readonly listener: LoginListener;
  readonly real: Endpoints;
  readonly header: Haproxied | undefined;
};

const begin = (
  worker: ClientWorker,
  pool: ClientPool,
  settingsFor: LoginWorkerOptions['settingsFor'],
  { socket, listener, real, header }: Connected,
): void => {
  const { log, protocol } = worker;
  const endpoints = header?.endpoints ?? real;
  const settings = settingsFor(filterOf(protocol, endpoints, header?.facts.localName));
  if (listener.ssl && settings.ssl === 'no') {
    log.info('ssl_disabled', {}, 'SSL is disabled (ssl=no)');
    socket.on('error', () => undefined).destroy();
    return;
  }
  const facts = { ...endpoints, protocol, pid: worker.pid, localName: header?.facts.localName, host: hostVariable };
  const refusal = accessRefusal(settings, endpoints.rip) ?? greetingFailure(settings, facts);
  if (refusal !== undefined) {
    log.error('access_refused', {}, refusal);
    socket.on('error', () => undefined).destroy();
    return;
  }
  const arrival = { real, endpoints, haproxy: header?.facts, tls: listener.ssl, now: worker.now() };
  const { accepted, invalidNetwork } = acceptedClient(settings, arrival);
  if (invalidNetwork !== undefined) {
    log.error('trusted_networks_invalid', {}, `login_trusted_networks: Invalid network '${invalidNetwork}'`);
  }
  let client: Client | undefined;
  let isOver = false;
  const onOver = (relaying: Promise<void> | undefined): void => {
    isOver = true;
    pool.remove(client, relaying);
  };
  client = startClient(worker, { socket, settings, accepted, listener: listener.name, onOver });
  if (!isOver) pool.add(client);
};

const filterOf = (service: 'imap' | 'pop3', endpoints: Endpoints, localName?: string): LoginFilter => ({
  service,
  localIp: endpoints.lip,
  remoteIp: endpoints.rip,
  ...(localName === undefined ? {} : { localName }),
});
