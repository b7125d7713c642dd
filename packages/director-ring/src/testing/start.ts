/** A director in one process with scripted neighbours, for tests. */
import { type Connect, connectInProcess, createMemoryLog, type ProtocolFactory } from '@homing/io';
import type { DirectorSettings } from '../core/settings.ts';
import { createDirector, type DirectorOptions } from '../service/director.ts';
import { createPeer, type Peer } from './peer.ts';

export const testSettings: DirectorSettings = {
  auth_master_user_separator: '',
  director_flush_socket: '',
  director_mail_servers: '10.2.0.11 10.2.0.12 10.2.0.13',
  director_max_parallel_kicks: 100,
  director_max_parallel_moves: 100,
  director_output_buffer_size: 10 * 1024 * 1024,
  director_ping_idle_timeout: 30,
  director_ping_max_timeout: 60,
  director_servers: '',
  director_user_expire: 60,
  director_user_kick_delay: 2,
  director_username_hash: '%Lu',
  homing_director_allow_nets: '',
  homing_director_look_time: 20,
  homing_director_max_connections: 256,
  homing_director_max_users: 10_000_000,
  homing_director_static_ring: false,
  homing_health_checks: '',
  homing_health_down_after: 3,
  homing_health_interval: 30,
  homing_health_move_users: true,
  homing_health_password: '',
  homing_health_timeout: 5,
  homing_health_up_after: 2,
  homing_health_user: '',
};

export const refusedConnect: Connect = () => Promise.reject(new Error('Connection refused'));

export const startTestDirector = async (
  changed: Partial<DirectorSettings> = {},
  more: Partial<DirectorOptions> = {},
  ipc: Peer = createPeer(),
) => {
  const log = createMemoryLog('director');
  const auth = createPeer();
  const director = await createDirector({
    settings: { ...testSettings, ...changed },
    log,
    connectAuth: {
      login: { connect: connectInProcess(auth.factory, log), path: '/run/d/auth-login', isOurs: false },
      userdb: { connect: connectInProcess(auth.factory, log), path: '/run/d/auth-userdb', isOurs: false },
    },
    isRestart: false,
    connectIpc: connectInProcess(ipc.factory, log),
    connectHost: () => refusedConnect,
    resolve: () => Promise.resolve([]),
    flush: { connect: () => refusedConnect, run: () => Promise.reject(new Error('no program')) },
    now: () => 1_795_307_196_500,
    ...more,
  });
  const open = async (factory: ProtocolFactory): Promise<Peer> => {
    const client = createPeer();
    await connectInProcess(factory, log)(client.factory);
    return client;
  };
  const logged = (): string[] => log.entries.map(({ text }) => text);
  return { director, log, logged, auth, ipc, open };
};
