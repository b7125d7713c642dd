/** What the backend side needs around it in tests. */
import { createMemoryLog, type LogEntry } from '@homing/io';
import { createHostStates, type HostStates } from '../src/core/backend/host-state.ts';
import { createSessionTable, type SessionTable } from '../src/core/backend/session-table.ts';
import { NO_HOP } from '../src/core/client/hop.ts';
import type { ClientContext, ProxyLogin } from '../src/core/proxy-login.ts';
import type { BackendSettings } from '../src/service/backend/backend-settings.ts';
import { createProxyLogin } from '../src/service/backend/proxy-login.ts';
import { backendTlsContext } from '../src/service/backend/tls-settings.ts';

export const SETTINGS: BackendSettings = {
  auth_verbose: true,
  director_username_hash: '%Lu',
  login_proxy_max_disconnect_delay: 0,
  login_proxy_max_reconnects: 0,
  login_proxy_notify_path: 'proxy-notify',
  login_proxy_timeout: 30_000,
  login_source_ips: '',
  ssl_ca: '',
  ssl_cipher_list: 'ALL:!aNULL',
  ssl_cipher_suites: '',
  ssl_client_ca_dir: '',
  ssl_client_ca_file: '',
  ssl_client_cert: '',
  ssl_client_key: '',
  ssl_client_require_valid_cert: true,
  ssl_min_protocol: 'TLSv1.2',
};

export type BackendWorld = {
  readonly hosts: HostStates;
  readonly sessions: SessionTable;
  readonly login: ProxyLogin;
  readonly context: ClientContext;
  /** Untagged lines that reached the client. */
  readonly forwarded: string[];
  readonly disconnected: string[];
  /** Of all lines but debug. */
  logged(): string[];
  readonly entries: LogEntry[];
};

export const backendWorld = (
  settings: Partial<BackendSettings> = {},
  client: Partial<ClientContext> = {},
): BackendWorld => {
  const hosts = createHostStates();
  const sessions = createSessionTable();
  const all = { ...SETTINGS, ...settings };
  const log = createMemoryLog('imap-login');
  const forwarded: string[] = [];
  const disconnected: string[] = [];
  const context: ClientContext = {
    protocol: 'imap',
    session: 'SESSION1',
    endpoints: { lip: '10.0.0.1', rip: '10.9.9.9', lport: 143, rport: 4321 },
    secured: true,
    tls: false,
    localName: undefined,
    ttl: undefined,
    hop: NO_HOP,
    forwardFields: new Map(),
    user: 'u',
    mechanism: 'PLAIN',
    password: undefined,
    clientId: undefined,
    sentCapability: false,
    connectedAt: Date.now(),
    log,
    forward: (line) => void forwarded.push(line),
    reauthenticate: () => Promise.resolve({ to: 'failed', text: 'nobody asked' }),
    disconnect: (reason) => void disconnected.push(reason),
    ...client,
  };
  const login = createProxyLogin({
    settings: all,
    hosts,
    sessions,
    now: Date.now,
    nextSourceIp: () => undefined,
    tlsContext: () => backendTlsContext(all),
    watch: (stream, host) =>
      stream.once('close', () => {
        host.proxying -= 1;
      }),
  });
  const logged = (): string[] => log.entries.filter(({ level }) => level !== 'debug').map(({ text }) => text);
  return { hosts, sessions, login, context, forwarded, disconnected, logged, entries: log.entries };
};
