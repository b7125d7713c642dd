/**
 * Dovecot's director and ours with the same settings, in front of the same auth server: what one answers, the other has
 * to answer.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createDirector, type DirectorService, type DirectorSettings } from '@homing/director-ring';
import {
  captureProgram,
  connectTcpProtocol,
  connectUnix,
  createMemoryLog,
  driveProtocol,
  type LogEntry,
  openFifo,
} from '@homing/io';
import { type Dovecot, startDovecot } from './dovecot.ts';
import { serveUnix } from './serve-unix.ts';

export type DirectorPair = {
  readonly dovecot: Dovecot;
  readonly director: DirectorService;
  /** Sockets of the same role: Dovecot's and ours. */
  readonly admin: Both;
  readonly auth: Both;
  readonly userdb: Both;
  readonly logged: readonly LogEntry[];
} & AsyncDisposable;

export type Both = { readonly dovecot: string; readonly homing: string };

export type PairOptions = {
  readonly settings: Partial<DirectorSettings>;
  /** More configuration of Dovecot; `dir` is its directory. */
  readonly config?: (dir: string) => string;
  /** Lines of a passwd-file. */
  readonly users: string;
  readonly prepare?: (dir: string) => Promise<void>;
};

const defaults: DirectorSettings = {
  auth_master_user_separator: '',
  director_flush_socket: '',
  director_mail_servers: '127.0.0.11 127.0.0.12',
  director_max_parallel_kicks: 100,
  director_max_parallel_moves: 100,
  director_output_buffer_size: 10 * 1024 * 1024,
  director_ping_idle_timeout: 30,
  director_ping_max_timeout: 60,
  director_servers: '',
  director_user_expire: 900,
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

const config = (dir: string, settings: DirectorSettings): string => `
auth_failure_delay = 0
auth_username_format =
passdb {
  driver = passwd-file
  args = username_format=%u ${dir}/users
}
userdb {
  driver = passwd-file
  args = username_format=%u ${dir}/users
}
service director {
  unix_listener login/director {
    mode = 0666
  }
  unix_listener director-userdb {
    mode = 0666
  }
}
service auth {
  unix_listener auth-login {
    mode = 0666
  }
  unix_listener auth-userdb {
    mode = 0666
  }
}
service ipc {
  unix_listener ipc {
    mode = 0666
  }
}
${settingLines(settings)}
`;

const settingLines = (settings: DirectorSettings): string =>
  Object.entries(settings)
    .filter(([name, value]) => value !== '' && name.startsWith('director_'))
    .map(([name, value]) => `${name} = ${value}${/_(expire|delay|timeout)$/.test(name) ? ' s' : ''}`)
    .join('\n');

export const startDirectorPair = async (options: PairOptions): Promise<DirectorPair> => {
  const settings = { ...defaults, ...options.settings };
  await using stack = new AsyncDisposableStack();
  const dovecot = stack.use(
    await startDovecot({
      config: (dir) => config(dir, settings) + (options.config?.(dir) ?? 'protocols =\n'),
      files: { users: options.users },
      ...(options.prepare && { prepare: options.prepare }),
    }),
  );
  const log = createMemoryLog('director');
  const director = stack.use(
    await createDirector({
      settings,
      log,
      connectAuth: {
        login: { connect: connectUnix(dovecot.socket('auth-login'), log), path: 'auth-login', isOurs: false },
        userdb: { connect: connectUnix(dovecot.socket('auth-userdb'), log), path: 'auth-userdb', isOurs: false },
      },
      isRestart: false,
      connectIpc: connectUnix(dovecot.socket('ipc'), log),
      connectHost: () => () => Promise.reject(new Error('no probes')),
      resolve: () => Promise.resolve([]),
      flush: {
        connect: (target) =>
          target.scheme === 'tcp'
            ? connectTcpProtocol(target.host, target.port, log)
            : connectUnix(join(dovecot.baseDir, target.path), log),
        run: captureProgram,
      },
      now: () => performance.timeOrigin + performance.now(),
    }),
  );
  const sockets = join(dovecot.baseDir, 'homing');
  await mkdir(sockets);
  const roles = {
    admin: [dovecot.socket('director-admin'), join(sockets, 'director-admin'), director.acceptAdmin],
    auth: [dovecot.socket('login/director'), dovecot.socket('login/homing-director'), director.acceptAuth],
    userdb: [dovecot.socket('director-userdb'), join(sockets, 'director-userdb'), director.acceptUserdb],
  } as const;
  for (const [, path, factory] of Object.values(roles)) stack.use(await serveUnix(path, factory, log));
  const fifo = openFifo(dovecot.socket('login/homing-notify'), { mode: 0o666, uid: undefined, gid: undefined });
  stack.defer(() => void fifo.destroy());
  driveProtocol(fifo, director.acceptNotify, log);
  const rest = stack.move();
  const both = ([dovecotPath, homing]: readonly [string, string, unknown]): Both => ({ dovecot: dovecotPath, homing });
  return {
    dovecot,
    director,
    admin: both(roles.admin),
    auth: both(roles.auth),
    userdb: both(roles.userdb),
    logged: log.entries,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
};
