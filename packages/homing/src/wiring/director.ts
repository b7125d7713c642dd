/**
 * The director, and where it finds its auth server: at `homing_auth_login_socket` and `homing_auth_userdb_socket` if they
 * are set (a real Dovecot's), else in this process if there is a passdb, else where Dovecot's own director looks:
 * `base_dir/auth-login` and `base_dir/auth-userdb`. Login processes it reaches through the ipc service at
 * `homing_ipc_socket`, else the one in this process, and those of Dovecot 2.4 through the anvil at `homing_anvil_socket`.
 */
import { lookup } from 'node:dns/promises';
import { dirname } from 'node:path';
import type { Ipc } from '@homing/anvil';
import type { AuthServer } from '@homing/auth-socket';
import type { Config, Settings } from '@homing/config';
import {
  type AuthSocket,
  type AuthSockets,
  createDirector,
  type DirectorHost,
  type DirectorService,
  type FlushTarget,
  type LoginProcess,
} from '@homing/director-ring';
import { type Connect, captureProgram, connectInProcess, connectTcpProtocol, connectUnix, type Log } from '@homing/io';
import { parseIpAddress } from '@homing/wire';
import type { MasterSockets } from '../child/master-sockets.ts';
import { systemNames } from '../plan/identity.ts';
import { notifyPaths, ringAddress, runsDirector } from '../plan/listener-plan.ts';
import { directorStateFolder } from './state-folder.ts';

/** Spec of the director: `auth-login` is tried for a second. */
const AUTH_RETRY_MS = 1000;

type DirectorStart = {
  readonly config: Config;
  readonly auth: AuthServer | undefined;
  readonly ipc: Ipc;
  readonly isRestart: boolean;
  readonly masterSockets: MasterSockets;
  readonly log: Log;
};

/** `undefined` if no mail servers are configured. */
export const startDirector = async (start: DirectorStart): Promise<DirectorService | undefined> => {
  const { config, auth, ipc, isRestart, masterSockets, log } = start;
  if (!runsDirector(config)) return undefined;
  const settings = config.settings();
  const own = log.service('director');
  return createDirector({
    settings,
    log: own,
    connectAuth: connectAuth(settings, auth, own),
    connectIpc:
      settings.homing_ipc_socket === ''
        ? connectInProcess(ipc.client, own)
        : connectUnix(settings.homing_ipc_socket, own),
    ...dovecotSessions(config, masterSockets, own),
    isRestart,
    stateFolder: directorStateFolder(config, own),
    connectHost: (host, port) => connectTcpProtocol(host, port, own),
    resolve,
    flush: { connect: (target) => connectFlush(target, settings.base_dir, own), run: captureProgram },
    ...whereOthersConnect(config),
    tls: settings,
    now: () => performance.timeOrigin + performance.now(),
    clock: Date.now,
  });
};

/** Dovecot 2.4's login processes, and whether they report their users to a fifo or socket of ours that they can open. */
const dovecotSessions = (config: Config, sockets: MasterSockets, log: Log) => {
  if (config.settings().homing_anvil_socket === '') return undefined;
  return {
    dovecotSessions: {
      anvil: sockets.connect({ of: 'anvil' }, log),
      process: ({ service, pid }: LoginProcess) => sockets.connect({ of: 'process', service, pid }, log),
    },
    usersKeptBy: reportsUsers(config) ? 'reports' : 'asking',
  } as const;
};

const reportsUsers = (config: Config): boolean => {
  const folder = dirname(config.settings().homing_anvil_socket);
  return notifyPaths(config).some((path) => path.startsWith(`${folder}/`));
};

const whereOthersConnect = (config: Config): { ringAddress: DirectorHost } | undefined => {
  const { ip = '', port = 0 } = ringAddress(config, systemNames()) ?? {};
  const address = parseIpAddress(ip);
  return address === undefined ? undefined : { ringAddress: { ip: address, port } };
};

const connectAuth = (settings: Settings, auth: AuthServer | undefined, log: Log): AuthSockets => {
  const { base_dir, homing_auth_login_socket, homing_auth_userdb_socket } = settings;
  const connect = (type: 'login' | 'userdb', socket: string): AuthSocket => {
    if (socket === '' && auth !== undefined) {
      return { connect: connectInProcess(auth.serve(type, undefined), log), path: type, isOurs: true };
    }
    const path = socket === '' ? `${base_dir}/auth-${type}` : socket;
    return { connect: connectUnix(path, log, AUTH_RETRY_MS), path, isOurs: false };
  };
  return { login: connect('login', homing_auth_login_socket), userdb: connect('userdb', homing_auth_userdb_socket) };
};

const connectFlush = (target: Exclude<FlushTarget, { scheme: 'exec' }>, baseDir: string, log: Log): Connect => {
  if (target.scheme === 'tcp') return connectTcpProtocol(target.host, target.port, log);
  return connectUnix(target.path.startsWith('/') ? target.path : `${baseDir}/${target.path}`, log);
};

const resolve = async (name: string): Promise<readonly string[]> => {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
};

/** What a running director does not take over, among what differs. */
export const changedForDirector = (before: Config, after: Config): readonly string[] => {
  const [old, now] = [before.settings(), after.settings()];
  const changed = DIRECTOR_SETTINGS.filter((name) => old[name] !== now[name]);
  const isKeptElse = old.homing_anvil_socket !== '' && reportsUsers(before) !== reportsUsers(after);
  return isKeptElse ? [...changed, "a notify fifo in Dovecot's base_dir"] : changed;
};

const DIRECTOR_SETTINGS = [
  'auth_master_user_separator',
  'director_servers',
  'director_mail_servers',
  'director_username_hash',
  'director_user_expire',
  'director_user_kick_delay',
  'director_flush_socket',
  'director_max_parallel_moves',
  'director_max_parallel_kicks',
  'director_output_buffer_size',
  'director_ping_idle_timeout',
  'director_ping_max_timeout',
  'homing_anvil_socket',
  'homing_auth_login_socket',
  'homing_auth_userdb_socket',
  'homing_director_allow_nets',
  'homing_director_look_time',
  'homing_director_max_connections',
  'homing_director_max_users',
  'homing_director_static_ring',
  'homing_health_checks',
  'homing_health_down_after',
  'homing_health_interval',
  'homing_health_move_users',
  'homing_health_password',
  'homing_health_timeout',
  'homing_health_up_after',
  'homing_health_user',
  'homing_ipc_socket',
  'state_dir',
] as const;
