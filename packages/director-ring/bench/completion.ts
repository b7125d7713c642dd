/** Success lines completed a second by the director alone: both its connections in this process, no system calls. */
import { connectInProcess, createMemoryLog, type Outlet } from '@homing/io';
import { createDirector, type DirectorSettings } from '../src/index.ts';

const settings: DirectorSettings = {
  auth_master_user_separator: '',
  director_flush_socket: '',
  director_mail_servers: '10.2.0.11-10.2.0.20',
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
  homing_director_max_connections: 256,
  homing_director_static_ring: false,
};

const line = (id: number): string =>
  `OK\t${id}\tuser=user${id % 100_000}@example.com\tproxy\tport=143\tlip=127.0.0.1\tlport=143\tpass=pw\n`;

/** `window`: how many replies of the auth server come in one read. */
export const benchCompletion = async (window: number, requests = 500_000): Promise<{ requestsPerSecond: number }> => {
  const refused = (): Promise<never> => Promise.reject(new Error('not part of this benchmark'));
  const log = createMemoryLog('director');
  let auth: Outlet | undefined;
  const connectAuth = connectInProcess((outlet) => {
    auth = outlet;
    return { receive: () => undefined, end: () => undefined };
  }, log);
  await using director = await createDirector({
    settings,
    log,
    connectAuth: {
      login: { connect: connectAuth, isOurs: true },
      userdb: { connect: connectAuth, isOurs: true },
    },
    isRestart: false,
    connectIpc: refused,
    resolve: refused,
    flush: { connect: () => refused, run: refused },
    now: () => performance.timeOrigin + performance.now(),
  });
  let completed = 0;
  await connectInProcess(
    director.acceptAuth,
    log,
  )(() => ({
    receive: (bytes) => {
      for (let at = bytes.indexOf('\n'); at !== -1; at = bytes.indexOf('\n', at + 1)) completed++;
    },
    end: () => undefined,
  }));
  const reads = Array.from({ length: Math.ceil(requests / window) }, (_, read) =>
    Array.from({ length: window }, (__, i) => line(read * window + i)).join(''),
  );
  const begin = performance.now();
  for (const read of reads) auth?.send(read);
  return { requestsPerSecond: (completed / (performance.now() - begin)) * 1000 };
};
