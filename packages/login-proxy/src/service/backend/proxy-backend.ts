/**
 * The backend side of one login worker: one object that logs in to backends, relays, tells directors that sessions live,
 * and answers administrators' questions about them.
 */
import { lookup } from 'node:dns/promises';
import { resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import { type Connect, canBindAddress, type Log, type TlsClientContext } from '@homing/io';
import { parseIpAddress } from '@homing/wire';
import { createHostStates, type HostState } from '../../core/backend/host-state.ts';
import { createSessionTable } from '../../core/backend/session-table.ts';
import { parseSourceAddresses, rotate } from '../../core/backend/source-address.ts';
import type { ProxyLogin, Relay } from '../../core/proxy-login.ts';
import { createIpcClient, type IpcClient } from '../ipc.ts';
import { createProxyNotify } from '../notify.ts';
import { createRelays } from '../relay.ts';
import type { BackendSettings } from './backend-settings.ts';
import { createProxyLogin } from './proxy-login.ts';
import { backendTlsContext } from './tls-settings.ts';

export type ProxyBackendOptions = {
  readonly settings: BackendSettings;
  readonly log: Log;
  /** `<base_dir>/login`: where `login_proxy_notify_path` is relative to. */
  readonly loginDir: string;
  /** To `login/ipc-proxy`. */
  readonly connectIpc: Connect;
  /** For the ipc handshake. */
  readonly pid: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** A random integer from 0 to n-1. */
  readonly pick: (n: number) => number;
};

export type ProxyBackend = AsyncDisposable & {
  readonly login: ProxyLogin;
  readonly relay: Relay;
  /** Relayed sessions and logins to backends under way. */
  readonly sessions: number;
  /** Relayed sessions. */
  readonly relays: number;
  /** Ends sessions as they fall idle; resolves when none is relayed any more. */
  drain(): Promise<void>;
};

/** Resolves names in `login_source_ips` before it returns; nothing else can fail. */
export const createProxyBackend = async (options: ProxyBackendOptions): Promise<ProxyBackend> => {
  const { settings, log, now, pick } = options;
  const hosts = createHostStates();
  const sessions = createSessionTable(options.pid);
  const open = createOpenConnections();
  const notify = createProxyNotify({ path: resolve(options.loginDir, settings.login_proxy_notify_path), log, now });
  const relays = createRelays({ settings, hosts, sessions, notify, now, pick, release: open.release });
  const ipc = createIpcClient({ ...options, sessions, usernameHash: settings.director_username_hash });
  const nextSourceIp = rotate(await sourceAddresses(settings.login_source_ips, log), pick);
  const tlsContext = once(() => backendTlsContext(settings));
  const login = createProxyLogin({ settings, hosts, sessions, now, nextSourceIp, tlsContext, watch: open.watch });
  return {
    login,
    relay: (client, session, context) => relayed(ipc, () => relays.relay(client, session, context)),
    get sessions() {
      return sessions.size;
    },
    get relays() {
      return relays.size;
    },
    drain: () => relays.drain(),
    async [Symbol.asyncDispose]() {
      relays.closeAll();
      await relays.drain();
      ipc.close();
      notify.close();
    },
  };
};

/** Nobody need know of a worker that has no session yet; Dovecot's registers at its first one too. */
const relayed = (ipc: IpcClient, relay: () => Promise<void>): Promise<void> => {
  ipc.register();
  return relay();
};

/** Which open streams count in which host's `proxying`. */
const createOpenConnections = () => {
  const hostOf = new WeakMap<Duplex, HostState>();
  const release = (stream: Duplex): void => {
    const host = hostOf.get(stream);
    if (host === undefined) return;
    hostOf.delete(stream);
    host.proxying -= 1;
  };
  const watch = (stream: Duplex, host: HostState): void => {
    hostOf.set(stream, host);
    stream.once('close', () => release(stream));
  };
  return { release, watch };
};

const once = (create: () => TlsClientContext): (() => TlsClientContext) => {
  let context: TlsClientContext | undefined;
  return () => {
    context ??= create();
    return context;
  };
};

const sourceAddresses = async (setting: string, log: Log): Promise<string[]> => {
  const { onlyBindable, entries } = parseSourceAddresses(setting);
  const addresses: string[] = [];
  for (const entry of entries) {
    const ip = parseIpAddress(entry);
    if (ip !== undefined) addresses.push(ip);
    else addresses.push(...(await resolveName(entry, log)));
  }
  if (!onlyBindable) return addresses;
  const bindable = await Promise.all(addresses.map(canBindAddress));
  return addresses.filter((_, index) => bindable[index]);
};

const resolveName = async (name: string, log: Log): Promise<string[]> => {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.error('login_source_ips_failed', {}, `login_source_ips: net_gethostbyname(${name}) failed: ${reason}`);
    return [];
  }
};
