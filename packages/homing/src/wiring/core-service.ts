/**
 * The core process: auth server, director, anvil and ipc behind their sockets. It starts as root to read what only root
 * may read, and gives that up before it accepts anything.
 */

import { availableParallelism } from 'node:os';
import { type Anvil, type AskProxies, createAnvil, createIpc, type Ipc } from '@homing/anvil';
import { type AuthServer, authSocketType } from '@homing/auth-socket';
import type { Config } from '@homing/config';
import type { DirectorService } from '@homing/director-ring';
import {
  createStayAwake,
  driveProtocol,
  dropPrivileges,
  type Log,
  type Outlet,
  type ProtocolFactory,
  type StreamSocket,
} from '@homing/io';
import type { ChildService, StartService } from '../child/child-process.ts';
import type { ListenerFile } from '../child/messages.ts';
import { createServedListeners } from '../child/served-listeners.ts';
import { coreIdentity } from '../plan/identity.ts';
import type { CoreRole } from '../plan/role.ts';
import type { Loaded } from '../settings/load.ts';
import { type RunningAuth, startAuth } from './auth.ts';
import { changedForDirector, startDirector } from './director.ts';

type Services = {
  readonly auth: RunningAuth | undefined;
  readonly director: DirectorService | undefined;
  readonly anvil: Anvil;
  readonly ipc: Ipc;
  /** Of the start; the director keeps them. */
  readonly config: Config;
  /** One for each listener, over its renewals. */
  readonly ipcProxies: Map<string, ProtocolFactory>;
};

export const startCore: StartService = async ({ loaded: { config }, log, isRestart, masterSockets }) => {
  const settings = config.settings();
  const asksDovecot = settings.homing_ipc_socket !== '';
  const ipc = createIpc(log.service('ipc'), (group, id) => {
    if (group === 'proxy' && !asksDovecot) director?.askSessions(id);
  });
  const askProxies: AskProxies = (command, done) => ipc.ask('proxy', command, done);
  const anvil = createAnvil({ log: log.service('anvil'), now: Date.now, askProxies });
  const auth = await startAuth(config, log);
  const director = await startDirector({ config, auth: auth?.server, ipc, isRestart, masterSockets, log });
  const identity = coreIdentity(config);
  if (identity !== undefined) dropPrivileges(identity);
  director?.keepState();
  if (asksDovecot || settings.homing_anvil_socket !== '') director?.askSessions('*');
  return coreService({ auth, director, anvil, ipc, config, ipcProxies: new Map() }, log);
};

const coreService = (services: Services, log: Log): ChildService => {
  const listeners = createServedListeners(log);
  const fifos = new Map<string, (bytes: string) => void>();
  // With one processor, looking for the next request would keep its sender from sending it.
  const isAlone = availableParallelism() === 1;
  const stayAwake = createStayAwake({ now: () => performance.now(), later: setImmediate });
  return {
    async serve({ id, role, file }, handle) {
      if (role.service === 'login') return;
      const accept = socketsOf(services.director, role);
      if (accept !== undefined && handle !== undefined) {
        await listeners.serve(id, handle, accept);
        return;
      }
      const factory = factoryOf(services, role, { id, file });
      if (factory === undefined) return;
      const own = log.service(role.service);
      const served = isAlone ? factory : stayAwake(factory);
      if (handle === undefined) fifos.set(id, fifoReader(factory));
      else await listeners.serve(id, handle, (socket) => driveProtocol(socket, served, own));
    },
    unserve(id) {
      listeners.unserve(id);
      fifos.delete(id);
    },
    fifo: (id, bytes) => fifos.get(id)?.(bytes),
    reload: (loaded) => reload(services, loaded, log),
    async stop() {
      listeners.closeAll();
      await services.director?.[Symbol.asyncDispose]();
      await services.auth?.server[Symbol.asyncDispose]();
    },
  };
};

/** But for certificates, the director keeps the settings it started with, as Dovecot's does. */
const reload = async (services: Services, { config }: Loaded, log: Log): Promise<void> => {
  const { auth, director } = services;
  const wantsAuth = config.passdbs().length > 0;
  if (wantsAuth !== (auth !== undefined)) throw new Error('the first passdb, or the last one, needs a restart');
  const wantsDirector = config.settings().director_mail_servers !== '';
  if (wantsDirector !== (director !== undefined)) throw new Error('to run a director or not needs a restart');
  await director?.useTls(config.settings());
  await auth?.reload(config);
  const changed = director === undefined ? [] : changedForDirector(services.config, config);
  if (changed.length > 0) {
    log.service('director').warning('reload_ignored', {}, `${changed.join(', ')}: changed, takes effect at a restart`);
  }
};

type Place = { readonly id: string; readonly file: ListenerFile | undefined };

const factoryOf = (services: Services, role: CoreRole, { id, file }: Place): ProtocolFactory | undefined => {
  switch (role.service) {
    case 'auth':
      return authFactory(services.auth?.server, role.name, file);
    case 'director':
      return directorFactory(services.director, role.socket);
    case 'anvil':
      return services.anvil.client;
    case 'ipc':
      return role.socket === 'ipc' ? services.ipc.client : ipcProxy(services, id);
    default:
      return role satisfies never;
  }
};

const authFactory = (
  auth: AuthServer | undefined,
  name: string,
  file: ListenerFile | undefined,
): ProtocolFactory | undefined => {
  const type = authSocketType(name);
  return type === undefined ? undefined : auth?.serve(type, file);
};

const ipcProxy = ({ ipc, ipcProxies }: Services, id: string): ProtocolFactory => {
  const factory = ipcProxies.get(id) ?? ipc.addListener();
  ipcProxies.set(id, factory);
  return factory;
};

/** Those who speak for themselves on a socket. */
const socketsOf = (
  director: DirectorService | undefined,
  role: CoreRole,
): ((socket: StreamSocket) => void) | undefined => {
  if (director === undefined || role.service !== 'director') return undefined;
  if (role.socket === 'ring') return director.acceptRing;
  return role.socket === 'metrics' ? director.acceptMetrics : undefined;
};

const directorFactory = (
  director: DirectorService | undefined,
  socket: Extract<CoreRole, { service: 'director' }>['socket'],
): ProtocolFactory | undefined => {
  switch (socket) {
    case 'auth':
      return director?.acceptAuth;
    case 'userdb':
      return director?.acceptUserdb;
    case 'authreply':
      return director?.acceptAuthreply;
    case 'admin':
      return director?.acceptAdmin;
    case 'notify':
      return director?.acceptNotify;
    case 'ring':
    case 'metrics':
      return undefined;
    default:
      return socket satisfies never;
  }
};

/** A fifo has no way back, no peer, and no end. A line that is refused starts the reader anew. */
const fifoReader = (factory: ProtocolFactory): ((bytes: string) => void) => {
  const start = () => {
    let isOpen = true;
    const outlet: Outlet = {
      send: () => {},
      isFull: () => false,
      close: () => {
        isOpen = false;
      },
      pause: () => {},
      resume: () => {},
      peer: () => undefined,
    };
    const protocol = factory(outlet);
    return { protocol, isOpen: () => isOpen };
  };
  let reader = start();
  return (bytes) => {
    if (!reader.isOpen()) reader = start();
    reader.protocol.receive(bytes);
  };
};
