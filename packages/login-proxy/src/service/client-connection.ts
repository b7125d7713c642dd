/**
 * One client on its socket until its login: bytes and others' answers become events, effects become bytes, timers and
 * requests. Decides nothing. All commands of one read are handled before one write.
 */
import { randomBytes } from 'node:crypto';
import { hostVariable, type Log, type StreamSocket, type TlsServerContext } from '@homing/io';
import { assertNever, type ByteString, encodeRequestInfo } from '@homing/wire';
import { type ClientDecoder, createClientDecoder } from '../core/client/decoder.ts';
import type { ClientEvent, Effect, Env } from '../core/client/event.ts';
import { formatLogLine } from '../core/client/log-line.ts';
import { nextEvent } from '../core/client/next-event.ts';
import { logFields } from '../core/client/parting.ts';
import type { LoginSettings } from '../core/client/settings.ts';
import { type Accepted, type ClientState, createClientState } from '../core/client/state.ts';
import { step } from '../core/client/step.ts';
import type { ProxyLogin, Relay } from '../core/proxy-login.ts';
import type { AuthClient, AuthRequest } from './auth-client.ts';
import { createClientLog } from './client-log.ts';
import { type ClientStream, createClientStream } from './client-stream.ts';
import { type ClientTimers, createClientTimers } from './client-timers.ts';
import { proxyContext, proxyFailure } from './proxy-context.ts';
import { reauthenticate } from './reauthenticate.ts';
import type { ContextOf } from './server-tls.ts';
import { tlsFacts } from './tls-facts.ts';

export type ClientWorker = {
  readonly protocol: 'imap' | 'pop3';
  readonly auth: AuthClient;
  readonly proxyLogin: ProxyLogin;
  readonly relay: Relay;
  readonly contextOf: ContextOf;
  readonly log: Log;
  readonly hostname: string;
  readonly pid: number;
  readonly now: () => number;
  /** Settings of a client whose TLS named the server. */
  readonly settingsForName: (state: ClientState, serverName: string) => LoginSettings;
};

export type Client = {
  readonly phase: ClientState['phase']['at'];
  handle(event: ClientEvent): void;
};

export type Begin = {
  readonly socket: StreamSocket;
  readonly settings: LoginSettings;
  readonly accepted: Accepted;
  readonly listener: string;
  /** The login is over: with a promise that the relay keeps, or without success. */
  readonly onOver: (relaying: Promise<void> | undefined) => void;
};

type Connection = {
  readonly worker: ClientWorker;
  readonly begin: Begin;
  readonly log: Log;
  readonly stream: ClientStream;
  readonly timers: ClientTimers;
  state: ClientState;
  settings: LoginSettings;
  decoder: ClientDecoder;
  request: AuthRequest | undefined;
  proxying: { readonly abort: AbortController; relay?: () => Promise<void> } | undefined;
  isHandling: boolean;
};

/** A client that waits for its greeting so long is in the log (AUTH_WAITING_WARNING_TIMEOUT_MSECS). */
const GREETING_WARNING_MS = 10_000;

/** Takes the socket over. */
export const startClient = (worker: ClientWorker, begin: Begin): Client => {
  const { settings, accepted } = begin;
  const connection: Connection = {
    worker,
    begin,
    log: createClientLog(worker.log, {
      text: (message) => formatLogLine(connection.state, envOf(connection), message),
      fields: () => logFields(connection.state, envOf(connection)),
    }),
    stream: streamOf(begin.socket, () => connection),
    timers: createClientTimers((timer) => handle(connection, { on: 'timeout', timer })),
    state: createClientState(accepted),
    settings,
    decoder: createClientDecoder({ protocol: worker.protocol, settings }),
    request: undefined,
    proxying: undefined,
    isHandling: false,
  };
  if (accepted.tls) startTls(connection);
  if (worker.auth.server === undefined) connection.timers.armWaiting(GREETING_WARNING_MS);
  else handle(connection, { on: 'auth-ready' });
  return {
    get phase() {
      return connection.state.phase.at;
    },
    handle: (event) => handle(connection, event),
  };
};

const streamOf = (socket: StreamSocket, connection: () => Connection): ClientStream =>
  createClientStream(socket, {
    onBytes(bytes) {
      connection().decoder.push(bytes);
      handle(connection(), undefined);
    },
    onEnd: (reason) => handle(connection(), { on: 'gone', reason }),
    tlsContextFor(serverName) {
      const self = connection();
      self.settings = self.worker.settingsForName(self.state, serverName);
      return self.worker.contextOf(self.settings);
    },
    onTls: (accepted) => handle(connection(), { on: 'tls-up', ...tlsFacts(accepted, connection().settings) }),
    onTlsFailed: (error) => handle(connection(), { on: 'tls-failed', error }),
  });

const envOf = ({ worker, settings, begin }: Connection): Env => ({
  protocol: worker.protocol,
  settings,
  auth: worker.auth.server,
  now: worker.now(),
  hostname: worker.hostname,
  pid: worker.pid,
  host: hostVariable,
  listener: begin.listener,
  random: (count) => randomBytes(count).toString('latin1'),
});

/** Then everything that can be said about what was read so far. An event that comes meanwhile waits its turn. */
const handle = (self: Connection, event: ClientEvent | undefined): void => {
  if (self.isHandling) {
    queueMicrotask(() => handle(self, event));
    return;
  }
  self.isHandling = true;
  try {
    let next = event ?? nextEvent(self.state, self.decoder, envOf(self));
    for (; next !== undefined; next = nextEvent(self.state, self.decoder, envOf(self))) apply(self, next);
  } catch (error) {
    self.log.panic('client_failed', {}, error instanceof Error ? (error.stack ?? error.message) : String(error));
    self.state = { ...self.state, phase: { at: 'closed' } };
    run(self, { do: 'close' });
  }
  self.isHandling = false;
  if (self.state.phase.at === 'relayed' || self.state.phase.at === 'closed') return;
  self.stream.flush();
  self.stream.readWhile(self.decoder.pending());
};

const apply = (self: Connection, event: ClientEvent): void => {
  const [next, effects] = step(self.state, event, envOf(self));
  self.state = next;
  for (const effect of effects) run(self, effect);
};

const run = (self: Connection, effect: Effect): void => {
  const { worker, stream, timers, begin } = self;
  switch (effect.do) {
    case 'send':
      stream.send(effect.bytes);
      break;
    case 'authenticate':
      self.request = worker.auth.request(effect.mechanism, encodeRequestInfo(effect.info), effect.resp, (answer) =>
        handle(self, answer),
      );
      break;
    case 'respond':
      self.request?.respond(effect.data);
      break;
    case 'cancel':
      self.request?.cancel();
      break;
    case 'proxy':
      proxy(self, effect.fields);
      break;
    case 'abandon':
      self.proxying?.abort.abort();
      break;
    case 'start-tls':
      // What the client sent in clear behind the command is forgotten.
      self.decoder = createClientDecoder({ protocol: worker.protocol, settings: self.settings });
      startTls(self);
      break;
    case 'relay':
      timers.clear();
      begin.onOver(self.proxying?.relay?.());
      break;
    case 'arm-waiting':
      timers.armWaiting(effect.ms);
      break;
    case 'disarm-waiting':
      timers.disarmWaiting();
      break;
    case 'log':
      worker.log[effect.level](effect.event, effect.fields, effect.text);
      break;
    case 'close':
      timers.clear();
      stream.close();
      begin.onOver(undefined);
      break;
    default:
      assertNever(effect);
  }
};

const startTls = (self: Connection): void => {
  let context: TlsServerContext;
  try {
    context = self.worker.contextOf(self.settings);
  } catch (error) {
    self.log.error('tls_failed', {}, error instanceof Error ? error.message : String(error));
    handle(self, { on: 'stop', kind: 'internal', reason: 'TLS initialization failed.' });
    return;
  }
  self.stream.startTls(context);
};

const proxy = (self: Connection, fields: ReadonlyMap<ByteString, ByteString>): void => {
  const { worker, stream, log } = self;
  const current: NonNullable<Connection['proxying']> = { abort: new AbortController() };
  const { signal } = current.abort;
  self.proxying = current;
  const context = proxyContext(self.state, worker.protocol, {
    log,
    forward(line) {
      stream.send(`${line}\r\n`);
      stream.flush();
    },
    reauthenticate: (redirection, given) =>
      reauthenticate(worker.auth, self.state, envOf(self), { redirection, signal: given }),
    disconnect: (reason) => handle(self, { on: 'kick', reason }),
  });
  worker.proxyLogin(fields, context, signal).then(
    (session) => {
      if (signal.aborted) {
        session.stream.destroy();
        return;
      }
      current.relay = () => worker.relay(stream.detach(self.decoder.takeRest()), session, context);
      handle(self, { on: 'proxied', reply: session.reply, capability: session.capability });
    },
    (error: unknown) => {
      if (!signal.aborted) handle(self, proxyFailure(error, log));
    },
  );
};
