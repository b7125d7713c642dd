/**
 * The session after its login: bytes both ways until one side ends, then both are closed (no half-close, as
 * lib/iostream-proxy.c). Owns the two streams from the moment it gets them.
 */
import type { Duplex } from 'node:stream';
import { errorCode, type LogFields, networkErrorText } from '@homing/io';
import { delayDisconnect, delayEnded } from '../core/backend/disconnect-delay.ts';
import { clockSeconds } from '../core/backend/failure.ts';
import type { HostStates } from '../core/backend/host-state.ts';
import { type RelayEnd, relayEndText } from '../core/backend/relay-end.ts';
import type { SessionTable } from '../core/backend/session-table.ts';
import type { ClientContext, ProxiedSession, Relay, RelayedClient } from '../core/proxy-login.ts';
import type { BackendSettings } from './backend/backend-settings.ts';
import type { ProxyNotify } from './notify.ts';
import { closeClient, closeSoon } from './relay-close.ts';
import { startPump } from './relay-pump.ts';

export type RelaysOptions = {
  readonly settings: Pick<BackendSettings, 'login_proxy_max_disconnect_delay'>;
  readonly hosts: HostStates;
  readonly sessions: SessionTable;
  readonly notify: ProxyNotify;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** A random integer from 0 to n-1. */
  readonly pick: (n: number) => number;
  /** Forgets an open backend connection in its host's count. */
  readonly release: (stream: Duplex) => void;
};

export type Relays = {
  readonly relay: Relay;
  /** Sessions that are relayed now. */
  readonly size: number;
  /** Closes every session as soon as it was idle for two seconds; resolves when none is left. */
  drain(): Promise<void>;
  /** Closes every session now. */
  closeAll(): void;
};

const DIE_IDLE_MS = 2000;
const SHUTDOWN_REASON = 'Process shutting down';

/** One session as its owner sees it. */
type Relayed = {
  readonly lastIo: () => number;
  readonly kick: (reason: string, delayed: boolean) => void;
  readonly ended: Promise<void>;
};

export const createRelays = (options: RelaysOptions): Relays => {
  const relayed = new Set<Relayed>();
  return {
    async relay(client, session, context) {
      const one = startRelay(options, client, session, context);
      relayed.add(one);
      await one.ended;
      relayed.delete(one);
    },
    get size() {
      return relayed.size;
    },
    async drain() {
      for (const one of relayed) kickWhenIdle(one, options.now);
      while (relayed.size > 0) await Promise.all([...relayed].map((one) => one.ended));
    },
    closeAll() {
      for (const one of relayed) one.kick(SHUTDOWN_REASON, false);
    },
  };
};

const kickWhenIdle = (one: Relayed, now: () => number): void => {
  const left = one.lastIo() + DIE_IDLE_MS - now();
  if (left <= 0) {
    one.kick(SHUTDOWN_REASON, false);
    return;
  }
  const timer = setTimeout(() => kickWhenIdle(one, now), left);
  void one.ended.then(() => clearTimeout(timer));
};

const startRelay = (
  options: RelaysOptions,
  client: RelayedClient,
  session: ProxiedSession,
  context: ClientContext,
): Relayed => {
  const { now, sessions, notify } = options;
  const backend = session.stream;
  const ended = Promise.withResolvers<void>();
  let lastIo = now();
  let isOver = false;
  const touched = (): void => {
    lastIo = now();
  };
  const toBackend = startPump(client.stream, backend, client.rest, touched);
  const toClient = startPump(backend, client.stream, session.rest, touched);
  const stopNotify = session.refreshSeconds === 0 ? undefined : notify.watch(session.destuser, session.refreshSeconds);

  const finish = (text: string, fields: LogFields, delayed: boolean): void => {
    isOver = true;
    toBackend.stop();
    toClient.stop();
    stopNotify?.();
    sessions.remove(tabled);
    closeBackend(backend, options);
    const delay = delayed ? disconnectDelay(options, session) : 0;
    const counts = {
      idle_secs: clockSeconds(lastIo, now()),
      bytes_in: session.bytesSent + toBackend.bytes,
      bytes_out: client.bytesSent + toClient.bytes,
    };
    const all = { ...session.eventFields, ...fields, ...counts, duration: (now() - session.startedAt) * 1000 };
    const late = delay > 0 ? ` - disconnecting client in ${delay}ms` : '';
    const line = `proxy(${context.user},${session.destination}): ${text}${late}`;
    context.log.info('proxy_session_finished', delay > 0 ? { ...all, delay_ms: delay } : all, line);
    void closeClient(client.stream, delay).then(() => {
      if (delay > 0) delayEnded(options.hosts.of(session.ip, session.port));
      ended.resolve();
    });
  };
  const end = (by: RelayEnd): void => {
    if (isOver) return;
    const counts = {
      idleSeconds: clockSeconds(lastIo, now()),
      bytesIn: session.bytesSent + toBackend.bytes,
      bytesOut: client.bytesSent + toClient.bytes,
      buffered: client.stream.writableLength,
      clientBlocked: toClient.blocked,
      serverBlocked: toBackend.blocked,
    };
    finish(relayEndText(by, counts), { disconnect_side: by.side, disconnect_reason: by.error }, by.side === 'server');
  };
  const kick = (reason: string, delayed: boolean): void => {
    if (isOver) return;
    const fields = { disconnect_side: 'proxy', disconnect_reason: reason };
    finish(`Disconnected by proxy: ${reason}`, fields, delayed);
  };
  const tabled = sessions.add({ ...names(session, context), kick: (reason) => kick(reason, true) });
  onEnd(client.stream, 'client', end);
  onEnd(backend, 'server', end);
  return { lastIo: () => lastIo, kick, ended: ended.promise };
};

const names = (session: ProxiedSession, context: ClientContext) => ({
  user: context.user,
  destuser: session.destuser,
  altUsernames: session.altUsernames,
  protocol: context.protocol,
  rip: context.endpoints.rip,
  ip: session.ip,
  port: session.port,
  chosenIp: session.chosenIp,
  host: session.host,
});

/** A stream ends by EOF, by an error, or because somebody destroyed it, maybe already. */
const onEnd = (stream: Duplex, side: RelayEnd['side'], end: (by: RelayEnd) => void): void => {
  const clean = (): void => end({ side, error: '' });
  stream.once('end', clean).once('close', clean);
  stream.on('error', (error) => end({ side, error: streamErrorText(error, side) }));
  if (stream.destroyed) queueMicrotask(clean);
};

/** Sizes as Dovecot's input streams have them. */
const READ_SIZE = { client: 1026, server: 4096 } as const;

const streamErrorText = (error: Error, side: RelayEnd['side']): string => {
  const text = networkErrorText(errorCode(error));
  const isWrite = 'syscall' in error && error.syscall === 'write';
  return isWrite ? `write() failed: ${text}` : `read(size=${READ_SIZE[side]}) failed: ${text}`;
};

const disconnectDelay = (options: RelaysOptions, session: ProxiedSession): number =>
  delayDisconnect(
    options.hosts.of(session.ip, session.port),
    options.settings.login_proxy_max_disconnect_delay,
    options.now(),
    options.pick,
  );

/** What was read from the client before it ended still goes out; nobody waits for the backend's answer. */
const closeBackend = (backend: Duplex, { release }: RelaysOptions): void => {
  release(backend);
  closeSoon(backend);
};
