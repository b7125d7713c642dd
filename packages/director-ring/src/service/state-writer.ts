/**
 * Keeps the state folder up to date while the director runs: users at most once a second, mail hosts as they change, one
 * write at a time. A write that fails is told of once, and again when the next one succeeds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '@homing/io';
import { continueRestoring } from '../core/state/restore.ts';
import type { HostFile } from './host-file.ts';
import type { Runtime } from './runtime.ts';
import { reasonOf } from './state-reason.ts';
import type { UserFile } from './user-file.ts';

export type StateWriter = {
  /** Something changed that should not wait. */
  hurry(): void;
  /** Writes what is left. */
  close(): Promise<void>;
};

const INTERVAL_MS = 1000;

/** Users of the run before that are entered and told to the other directors in one go. */
const USERS_PER_SLICE = 1000;
/** No more goes to a director that has so much to read. */
const MOST_BUFFERED_BYTES = 256 << 10;
const FULL_MS = 20;

export type StateWriterParts = {
  readonly runtime: Runtime;
  readonly users: UserFile;
  readonly hosts: HostFile;
};

export const createStateWriter = ({ runtime, users, hosts }: StateWriterParts): StateWriter => {
  const { director, log } = runtime;
  const writeUsers = reporting(log, 'users', () => users.write());
  const writeHosts = reporting(log, 'backends', () => hosts.write());
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let usersAt = 0;
  let isHurried = false;
  let isClosing = false;

  const enterUsers = async (): Promise<void> => {
    const wasRestoring = director.restoring !== undefined;
    while (!isClosing && continueRestoring(director, USERS_PER_SLICE, runtime.now())) {
      runtime.settle();
      const isFull = director.ring.peers.values().some(({ traffic }) => traffic.buffered > MOST_BUFFERED_BYTES);
      await delay(isFull ? FULL_MS : 0);
    }
    if (!wasRestoring || director.restoring !== undefined) return;
    if (director.ring.hasJoined) users.startAnew();
    runtime.settle();
  };
  const turn = async (): Promise<void> => {
    // As soon as the ring is there: its other members would give new users to anybody.
    await enterUsers();
    await writeHosts();
    if (runtime.now() < usersAt) return;
    usersAt = runtime.now() + INTERVAL_MS;
    await writeUsers();
  };
  const arm = (ms: number): void => {
    if (isClosing) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      isHurried = false;
      running = turn().finally(() => {
        running = undefined;
        arm(isHurried ? 0 : Math.max(0, usersAt - runtime.now()));
      });
    }, ms);
    timer.unref();
  };

  arm(0);
  return {
    hurry() {
      if (isHurried) return;
      isHurried = true;
      if (running === undefined) arm(0);
    },
    async close() {
      isClosing = true;
      clearTimeout(timer);
      users.abort();
      await running;
      await writeHosts();
      await reporting(log, 'users', () => users.close())();
    },
  };
};

/** `what`: as the log calls it. */
const reporting = (log: Log, what: string, write: () => Promise<boolean>): (() => Promise<void>) => {
  let isFailing = false;
  return async () => {
    try {
      const isDone = await write();
      if (isFailing && isDone) log.info('director_state_written', { what }, `The state of ${what} is written again`);
      isFailing &&= !isDone;
    } catch (error) {
      const text = `Can't write the state of ${what}, a restart would forget what changes now: ${reasonOf(error)}`;
      if (!isFailing) log.error('director_state_failed', { what }, text);
      isFailing = true;
    }
  };
};
