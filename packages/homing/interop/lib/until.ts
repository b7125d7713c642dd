/** Waiting by condition, never by time alone: a test that waits says for what, and fails loudly at its deadline. */
import { setTimeout as later } from 'node:timers/promises';

const POLL_MS = 10;

/** The first result that is neither undefined nor false. Rejects at the deadline, naming what was waited for. */
export const until = async <T>(
  what: string,
  deadlineMs: number,
  check: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> => {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const result = await check();
    if (result !== undefined && result !== false) return result;
    if (Date.now() > deadline) throw new Error(`waited ${deadlineMs} ms for ${what}`);
    await later(POLL_MS);
  }
};

/** The promise's result, or a rejection that names what took too long. */
export const within = async <T>(what: string, deadlineMs: number, promise: Promise<T>): Promise<T> => {
  const stop = new AbortController();
  const late = later(deadlineMs, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`waited ${deadlineMs} ms for ${what}`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    late.catch(() => undefined);
    stop.abort();
  }
};
