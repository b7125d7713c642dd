/** The resident memory of a process. Linux. */
import { readFileSync } from 'node:fs';
import { setTimeout as later } from 'node:timers/promises';

/** A collector of garbage, and a writer of state, have come to rest by then. */
const REST_MS = 10_000;
const EVERY_MS = 500;

/** Bytes: the least of a while in which the process has nothing to do. */
export const restingMemory = async (pid: number): Promise<number> => {
  let least = residentMemory(pid);
  for (const end = performance.now() + REST_MS; performance.now() < end; ) {
    await later(EVERY_MS);
    least = Math.min(least, residentMemory(pid));
  }
  return least;
};

const residentMemory = (pid: number): number => {
  const found = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  if (found === undefined) throw new Error(`process ${pid} has no memory`);
  return Number(found) * 1024;
};
