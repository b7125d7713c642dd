/**
 * What answers on a listener. Dovecot decides by the listener's name: what follows the last `-` of the last path
 * component (auth: spec of auth sockets; director: director/main.c). `undefined`: nothing of ours speaks that.
 */
import type { ServiceSettings } from '@homing/config';

export type ListenerKind = 'unix' | 'fifo' | 'inet';

export type LoginRole = {
  readonly service: 'login';
  /** `imap-login`. */
  readonly name: string;
  readonly protocol: 'imap' | 'pop3';
  /** The inet_listener's name. */
  readonly listener: string;
  /** TLS from the first byte. */
  readonly ssl: boolean;
  /** The connection begins with a PROXY header. */
  readonly haproxy: boolean;
  /** Clients and sessions of one worker. */
  readonly clientLimit: number;
  /** Absolute path of the auth socket the service logs in through. */
  readonly authSocket: string;
};

export type DirectorSocket = 'auth' | 'userdb' | 'authreply' | 'admin' | 'notify' | 'ring' | 'metrics';

export type CoreRole =
  /** The auth server itself tells by the name what is spoken there. */
  | { readonly service: 'auth'; readonly name: string }
  | { readonly service: 'director'; readonly socket: DirectorSocket }
  | { readonly service: 'anvil'; readonly socket: 'anvil' | 'penalty' }
  | { readonly service: 'ipc'; readonly socket: 'ipc' | 'ipc-proxy' };

export type Role = CoreRole | LoginRole;

const suffix = (name: string): string => {
  const file = name.slice(name.lastIndexOf('/') + 1);
  return file.slice(file.lastIndexOf('-') + 1);
};

/** Token sockets exist in every configuration; DOVECOT-TOKEN is offered by nothing of ours. */
export const authRole = (name: string): CoreRole | undefined =>
  ['token', 'tokenlogin'].includes(suffix(name)) ? undefined : { service: 'auth', name };

/** `metrics` is ours alone. Other directors are known by their addresses, so a unix socket has none of them. */
export const directorRole = (name: string, kind: ListenerKind): CoreRole | undefined => {
  if (kind === 'fifo') return { service: 'director', socket: 'notify' };
  const last = suffix(name);
  switch (last) {
    case 'auth':
    case 'userdb':
    case 'authreply':
    case 'admin':
    case 'notify':
    case 'metrics':
      return { service: 'director', socket: last };
    case 'doveadm':
      return { service: 'director', socket: 'admin' };
    case 'ring':
      return kind === 'inet' ? { service: 'director', socket: 'ring' } : undefined;
    default:
      return { service: 'director', socket: kind === 'inet' ? 'ring' : 'auth' };
  }
};

export const anvilRole = (name: string): CoreRole => ({
  service: 'anvil',
  socket: suffix(name) === 'penalty' ? 'penalty' : 'anvil',
});

export const ipcRole = (name: string): CoreRole => ({
  service: 'ipc',
  socket: suffix(name) === 'proxy' ? 'ipc-proxy' : 'ipc',
});

/** The first argument of `executable`, else `login`; relative to the login process's chroot, `<base_dir>/login`. */
export const loginAuthSocket = (service: Pick<ServiceSettings, 'executable'>, baseDir: string): string => {
  const [, ...words] = service.executable.split(/\s+/);
  const path = words.find((word) => !word.startsWith('-')) ?? 'login';
  return path.startsWith('/') ? path : `${baseDir}/login/${path}`;
};
