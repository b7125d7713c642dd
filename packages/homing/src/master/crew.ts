/**
 * The processes of a running server: one core, and login workers. A new configuration makes new login workers; the old
 * ones stop accepting, keep the sessions they carry and end with the last one. The core takes it over in place, because
 * it holds the director's user map.
 */
import type { Log, LogOutput } from '@homing/io';
import { openMasterSocket } from '../child/master-sockets.ts';
import type { Recording } from '../settings/recording.ts';
import { type CrewProcess, startCrewProcess } from './crew-process.ts';
import type { OpenListener } from './open-listeners.ts';

export type CrewState = {
  readonly recording: Recording;
  readonly listeners: readonly OpenListener[];
  /** `homing_anvil_socket`. */
  readonly anvilSocket: string;
  /** 0 if there is no login service. */
  readonly workers: number;
};

export type Crew = {
  /** Resolves when all serve. Rejects with the reason why one cannot. */
  start(): Promise<void>;
  /** Offers the configuration to the core. Resolves with the reason if it refuses. */
  offer(recording: Recording): Promise<string | undefined>;
  /** The core has it; now its listeners and new login workers. `state` is already the new one. */
  adopt(removed: readonly string[]): void;
  /** The handle behind this listener is a new one. */
  renew(listener: OpenListener): void;
  /** Ends all: the login workers first, since a login under way needs the core. */
  stop(): Promise<void>;
  kill(): void;
};

type CrewOptions = {
  readonly log: Log;
  readonly output: () => Pick<LogOutput, 'write'>;
  readonly state: () => CrewState;
};

const CORE_MODULE = new URL('../main/core.ts', import.meta.url);
const CORE_ENGINE = [
  // A login runs through many small functions; with V8's usual limit half of them stay calls.
  '--max-inlined-bytecode-size-cumulative=5000',
  // MB. What a login leaves is soon garbage, and with V8's usual 16 there is as much of it as half a million users take.
  '--max-semi-space-size=4',
];
const LOGIN_MODULE = new URL('../main/login-worker.ts', import.meta.url);

const forCore = (listener: OpenListener): boolean => listener.role.service !== 'login';

export const createCrew = ({ log, output, state }: CrewOptions): Crew => {
  let core: CrewProcess | undefined;
  let workers: CrewProcess[] = [];
  /** Those that finish sessions of a former configuration. */
  const draining = new Set<Promise<void>>();
  const old = new Set<CrewProcess>();

  /** Of the core that runs, which keeps its settings over a reload. */
  let anvilSocket = '';
  const startCore = (): CrewProcess =>
    startCrewProcess({
      name: 'core',
      module: CORE_MODULE,
      engineOptions: CORE_ENGINE,
      log,
      output,
      recording() {
        ({ anvilSocket } = state());
        return state().recording;
      },
      listeners: () => state().listeners.filter((listener) => forCore(listener)),
      onReady: () => {
        for (const listener of state().listeners) if (core !== undefined) readFifo(listener, core);
      },
      connect: (socket) => openMasterSocket(socket, anvilSocket),
    });
  const startWorkers = (): CrewProcess[] => {
    const { recording } = state();
    return Array.from({ length: state().workers }, () => {
      const worker: CrewProcess = startCrewProcess({
        name: 'login',
        module: LOGIN_MODULE,
        engineOptions: [],
        log,
        output,
        recording: () => recording,
        listeners: () => state().listeners.filter((listener) => !forCore(listener)),
        onReady: () => {},
        connect: () => Promise.reject(new Error('not for login workers')),
      });
      return worker;
    });
  };
  const drain = (worker: CrewProcess, sessions: 'keep' | 'end'): void => {
    old.add(worker);
    const ended = worker.stop(sessions).then(() => {
      old.delete(worker);
      draining.delete(ended);
    });
    draining.add(ended);
  };

  const serveAgain = (listener: OpenListener): void => {
    if (!forCore(listener) || core === undefined) return;
    core.serve(listener);
    readFifo(listener, core);
  };

  return {
    async start() {
      core = startCore();
      await core.ready;
      workers = startWorkers();
      await Promise.all(workers.map((worker) => worker.ready));
    },
    offer: (recording) => core?.reload(recording) ?? Promise.resolve(undefined),
    adopt(removed) {
      for (const id of removed) core?.tell({ do: 'unserve', id });
      for (const listener of state().listeners) serveAgain(listener);
      for (const worker of workers) drain(worker, 'keep');
      workers = startWorkers();
    },
    renew: serveAgain,
    async stop() {
      for (const worker of old) worker.tell({ do: 'stop', sessions: 'end' });
      for (const worker of workers) drain(worker, 'end');
      workers = [];
      while (draining.size > 0) await Promise.all(draining);
      await core?.stop('end');
    },
    kill() {
      for (const process of [core, ...workers, ...old]) process?.kill();
    },
  };
};

/**
 * Fifos are read here, because a process that gave up root could not open one again, and a descriptor of a fifo does
 * not travel. While the core is away what was written waits in the kernel.
 */
const readFifo = ({ id, held }: OpenListener, core: CrewProcess): void => {
  if (held.bound.at !== 'fifo') return;
  const { fifo } = held.bound;
  fifo.removeAllListeners('data');
  fifo.on('error', () => {});
  fifo.on('data', (bytes: Buffer) => {
    core.tell({ do: 'fifo', id, bytes: bytes.toString('latin1') });
    if (!core.isReady()) fifo.pause();
  });
  fifo.resume();
};
