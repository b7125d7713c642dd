/**
 * A login worker: the login services of every protocol in one process, unprivileged from its first moment. It reaches
 * the core only through its sockets: the auth or director socket that the service names, `login/ipc-proxy`, the fifo.
 */
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '@homing/config';
import { connectUnix, dropPrivileges, type Log } from '@homing/io';
import { createLoginWorker, createProxyBackend, type LoginWorker, type ProxyBackend } from '@homing/login-proxy';
import type { ChildService, StartService } from '../child/child-process.ts';
import { createServedListeners } from '../child/served-listeners.ts';
import { loginIdentity } from '../plan/identity.ts';
import type { LoginRole } from '../plan/role.ts';

type LoginService = {
  readonly worker: LoginWorker;
  readonly backend: ProxyBackend;
  /** Resolves when no session is relayed. */
  readonly idle: () => Promise<void>;
};

export const startLogin: StartService = ({ loaded: { config }, log }) => {
  const identity = loginIdentity(config);
  if (identity !== undefined) dropPrivileges(identity);
  return Promise.resolve(loginProcess(config, log));
};

const loginProcess = (config: Config, log: Log): ChildService => {
  const listeners = createServedListeners(log, { pauseOnConnect: true });
  const services = new Map<string, LoginService>();
  const serviceOf = async (role: LoginRole): Promise<LoginService> => {
    const service = services.get(role.name) ?? (await createLoginService(config, role, log.service(role.name)));
    services.set(role.name, service);
    return service;
  };
  return {
    async serve({ id, role }, handle) {
      if (role.service !== 'login' || handle === undefined) return;
      const { worker } = await serviceOf(role);
      const listener = { name: role.listener, ssl: role.ssl, haproxy: role.haproxy };
      await listeners.serve(id, handle, (socket) => worker.accept(socket, listener));
    },
    unserve: (id) => listeners.unserve(id),
    fifo: () => {},
    reload: () => Promise.reject(new Error('a login worker keeps its configuration; a reload starts new ones')),
    async stop(sessions) {
      listeners.closeAll();
      await Promise.all([...services.values()].map((service) => stopService(service, sessions)));
    },
  };
};

const createLoginService = async (config: Config, role: LoginRole, log: Log): Promise<LoginService> => {
  const { protocol } = role;
  const loginDir = `${config.settings().base_dir}/login`;
  const backend = await createProxyBackend({
    settings: config.settings({ service: protocol }),
    log,
    loginDir,
    connectIpc: connectUnix(`${loginDir}/ipc-proxy`, log),
    pid: process.pid,
    now: Date.now,
    pick: (n) => Math.floor(Math.random() * n),
  });
  let relayed = 0;
  const waiting = new Set<() => void>();
  const worker = createLoginWorker({
    protocol,
    settingsFor: (filter) => config.settings(filter),
    connectAuth: connectUnix(role.authSocket, log),
    authSocket: role.authSocket,
    log,
    proxyLogin: backend.login,
    async relay(client, session, context) {
      relayed += 1;
      try {
        await backend.relay(client, session, context);
      } finally {
        relayed -= 1;
        if (relayed === 0) for (const wake of waiting) wake();
      }
    },
    clientLimit: role.clientLimit,
    hostname: hostname(),
    pid: process.pid,
    now: () => performance.timeOrigin + performance.now(),
  });
  const idle = (): Promise<void> =>
    relayed === 0 ? Promise.resolve() : new Promise((resolve) => waiting.add(() => resolve()));
  return { worker, backend, idle };
};

/** A login under way is done in less; who only sits there must not hold up the end of the server. */
const LOGIN_GRACE_MS = 5_000;

const stopService = async ({ worker, backend, idle }: LoginService, sessions: 'keep' | 'end'): Promise<void> => {
  if (sessions === 'keep') {
    await worker.shutdown();
    await idle();
  } else {
    await Promise.race([worker.shutdown(), delay(LOGIN_GRACE_MS)]);
  }
  await worker[Symbol.asyncDispose]();
  await backend.drain();
  await backend[Symbol.asyncDispose]();
};
