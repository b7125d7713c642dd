/** One director of a ring, a real one or ours, which can be killed, frozen, stopped and started again. */
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dovecot, startDovecot } from '../lib/dovecot.ts';
import { type Homing, startHoming } from '../lib/homing.ts';
import { type Finished, familyOf } from '../lib/process.ts';
import { askAdmin } from './admin.ts';
import type { Place } from './network.ts';

export type Kind = 'dovecot' | 'homing';

export type Member = {
  readonly kind: Kind;
  readonly place: Place;
  isRunning(): boolean;
  /** The master and everything it has started. */
  processes(): number[];
  start(): Promise<void>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
  /** SIGKILL to everything it has started. */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** The path of one of its unix sockets. */
  socket(name: string): string;
  /** Rejects while it is not running. */
  ask(command: string, deadlineMs?: number): Promise<string[]>;
  /** The tool of its kind, doveadm or homeadm. */
  tool(...args: string[]): Promise<Finished>;
  /** Its own configuration, for either tool. */
  configFile(): string;
  /** Of all its lives. */
  log(): string;
  readonly mayCrash: boolean;
  readonly stateDir: string;
} & AsyncDisposable;

export type MemberOptions = {
  readonly kind: Kind;
  readonly place: Place;
  /** Where it keeps what outlives a restart. */
  readonly stateDir: string;
  readonly config: string;
  readonly mayCrash: boolean;
};

type Server = { readonly kind: 'dovecot'; readonly on: Dovecot } | { readonly kind: 'homing'; readonly on: Homing };

const startServer = async ({ kind, place, stateDir, config }: MemberOptions): Promise<Server> => {
  await mkdir(stateDir, { recursive: true });
  const options = {
    config: () => `state_dir = ${stateDir}\n${config}`,
    enter: place.enter,
    // Dozens are started: with it each takes a fifth less of the processor.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'homing-interop-compile-cache') },
  };
  return kind === 'dovecot' ? { kind, on: await startDovecot(options) } : { kind, on: await startHoming(options) };
};

export const createMember = (options: MemberOptions): Member => {
  const { kind, place } = options;
  let server: Server | undefined;
  const earlier: string[] = [];

  const running = (): Server => {
    if (server === undefined) throw new Error(`${place.address} is not running`);
    return server;
  };
  const signalAll = (signal: NodeJS.Signals): void => {
    for (const pid of familyOf(running().on.pid)) signalOne(pid, signal);
  };
  const end = async (): Promise<void> => {
    const { on } = running();
    await on.exited;
    earlier.push(on.log());
    server = undefined;
    await on[Symbol.asyncDispose]();
  };
  const stop = (): Promise<void> => {
    running().on.signal('SIGTERM');
    return end();
  };
  return {
    kind,
    place,
    mayCrash: options.mayCrash,
    stateDir: options.stateDir,
    isRunning: () => server !== undefined,
    processes: () => familyOf(running().on.pid),
    async start() {
      server = await startServer(options);
      // A director of Dovecot is started by the first connection to it.
      await askAdmin(server.on.socket('director-admin'), 'DIRECTOR-LIST');
    },
    stop,
    kill() {
      // Frozen first: a director that sees its master die would say goodbye.
      signalAll('SIGSTOP');
      signalAll('SIGKILL');
      return end();
    },
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    socket: (name) => running().on.socket(name),
    ask: async (command, deadlineMs) => askAdmin(running().on.socket('director-admin'), command, deadlineMs),
    tool: (...args) => {
      const now = running();
      return now.kind === 'dovecot' ? now.on.doveadm(...args) : now.on.homeadm(...args);
    },
    configFile: () => running().on.configFile,
    log: () => earlier.join('') + (server?.on.log() ?? ''),
    async [Symbol.asyncDispose]() {
      if (server === undefined) return;
      signalAll('SIGCONT');
      await stop();
    },
  };
};

const signalOne = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // Its parent was faster.
  }
};

export const stateDirOf = (dir: string, place: Place): string => join(dir, place.address);
