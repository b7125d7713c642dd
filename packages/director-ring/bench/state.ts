/** What it costs to keep a million users on disk: bytes, time, stalls, and how long a restart takes. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { connectInProcess, createMemoryLog, type Outlet } from '@homing/io';
import { createDirector, type DirectorService } from '../src/index.ts';
import { benchSettings } from './settings.ts';

export type StateBench = {
  readonly users: number;
  readonly bytesPerUser: number;
  /** From the first login to the last user on disk, and from the start of the director that reads them to its end. */
  readonly writeSeconds: number;
  readonly restartSeconds: number;
  /** Processor time of the whole process meanwhile; a busy machine takes longer. */
  readonly writeProcessorSeconds: number;
  readonly restartProcessorSeconds: number;
  /** The longest time that nothing else could run, while the users were written. */
  readonly longestStallMs: number;
};

const LOGINS_PER_READ = 100;

export const benchState = async (users = 1_000_000): Promise<StateBench> => {
  const folder = await mkdtemp(join(tmpdir(), 'homing-bench-state-'));
  try {
    const first = await start(folder);
    await first.login(users);
    const stalls = monitorEventLoopDelay({ resolution: 1 });
    stalls.enable();
    const begin = clock();
    first.director.keepState();
    const path = join(folder, 'homing-director-users');
    while ((await sizeOf(path)) < users * 12) await delay(10);
    const written = begin();
    stalls.disable();
    await first.director[Symbol.asyncDispose]();
    const bytes = await sizeOf(path);

    const restart = clock();
    const second = await start(folder);
    const restarted = restart();
    const restored = second.director.status().users;
    await second.director[Symbol.asyncDispose]();
    return {
      users: restored,
      bytesPerUser: bytes / users,
      writeSeconds: written.seconds,
      restartSeconds: restarted.seconds,
      writeProcessorSeconds: written.processorSeconds,
      restartProcessorSeconds: restarted.processorSeconds,
      longestStallMs: stalls.max / 1e6,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** Since then. */
const clock = (): (() => { seconds: number; processorSeconds: number }) => {
  const begin = performance.now();
  const usage = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(usage);
    return { seconds: (performance.now() - begin) / 1000, processorSeconds: (user + system) / 1e6 };
  };
};

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
};

const start = async (
  stateFolder: string,
): Promise<{ director: DirectorService; login: (users: number) => Promise<void> }> => {
  const refused = (): Promise<never> => Promise.reject(new Error('not part of this benchmark'));
  const log = createMemoryLog('director');
  let auth: Outlet | undefined;
  const connect = connectInProcess((outlet) => {
    auth = outlet;
    return { receive: () => undefined, end: () => undefined };
  }, log);
  const director = await createDirector({
    settings: benchSettings,
    log,
    connectAuth: { login: { connect, path: '', isOurs: true }, userdb: { connect, path: '', isOurs: true } },
    isRestart: false,
    stateFolder,
    connectIpc: refused,
    connectHost: () => () => Promise.reject(new Error('no probes')),
    resolve: refused,
    flush: { connect: () => refused, run: refused },
    now: () => performance.timeOrigin + performance.now(),
  });
  const login = async (users: number): Promise<void> => {
    await connectInProcess(director.acceptAuth, log)(() => ({ receive: () => undefined, end: () => undefined }));
    for (let id = 0; id < users; id += LOGINS_PER_READ) {
      auth?.send(Array.from({ length: LOGINS_PER_READ }, (_, i) => success(id + i)).join(''));
    }
  };
  return { director, login };
};

const success = (id: number): string =>
  `OK\t${id}\tuser=user${id}@example.com\tproxy\tport=143\tlip=127.0.0.1\tlport=143\tpass=pw\n`;
