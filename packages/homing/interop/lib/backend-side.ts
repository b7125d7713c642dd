/** The backend side of a login worker without a client side: what an auth reply leads to, seen from a test. */
import { createLog, type Log } from '@homing/io';
import {
  type BackendSettings,
  type ClientContext,
  createProxyBackend,
  type ProxiedSession,
  type ProxyBackend,
  type ProxyBackendOptions,
} from '@homing/login-proxy';

const SETTINGS: BackendSettings = {
  auth_verbose: true,
  director_username_hash: '%Lu',
  login_proxy_max_disconnect_delay: 0,
  login_proxy_max_reconnects: 3,
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

export type BackendSide = AsyncDisposable & {
  readonly backend: ProxyBackend;
  /** Log lines so far, debug left out. */
  readonly lines: readonly string[];
  context(client: Pick<ClientContext, 'protocol' | 'user'> & Partial<ClientContext>): ClientContext;
  /** With these fields in the auth server's reply. */
  login(fields: Readonly<Record<string, string>>, context: ClientContext): Promise<ProxiedSession>;
};

type Options = { readonly settings?: Partial<BackendSettings> } & Partial<Pick<ProxyBackendOptions, 'connectIpc'>>;

export const startBackendSide = async ({ settings, connectIpc }: Options = {}): Promise<BackendSide> => {
  const lines: string[] = [];
  const log: Log = createLog({
    service: 'login',
    debug: () => false,
    now: Date.now,
    sink: (entry) => void lines.push(entry.text),
  });
  const backend = await createProxyBackend({
    settings: { ...SETTINGS, ...settings },
    log,
    loginDir: '/nonexistent',
    connectIpc: connectIpc ?? (() => Promise.reject(new Error('no ipc'))),
    pid: process.pid,
    now: Date.now,
    pick: (n) => Math.floor(Math.random() * n),
  });
  return {
    backend,
    lines,
    context: (client) => ({
      session: 'SESSIONIDSESSION',
      endpoints: { lip: '127.0.0.1', rip: '127.0.0.1', lport: 143, rport: 50_001 },
      secured: true,
      tls: false,
      localName: undefined,
      ttl: undefined,
      hop: { name: undefined, transport: undefined, destination: false },
      forwardFields: new Map(),
      mechanism: 'PLAIN',
      password: undefined,
      clientId: undefined,
      sentCapability: false,
      connectedAt: Date.now(),
      log,
      forward: () => undefined,
      reauthenticate: () => Promise.reject(new Error('nobody redirects')),
      disconnect: () => undefined,
      ...client,
    }),
    login: (fields, context) => backend.login(new Map(Object.entries(fields)), context, new AbortController().signal),
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
};
