/** Keeps one child running: starts it again when it ends, sooner or later as `backoff.ts` says, until `end()`. */
import { constants } from 'node:os';
import type { Log } from '../log/log.ts';
import { afterExit, NO_FAILURES } from './backoff.ts';
import type { Child, ChildExit } from './child.ts';

export type Supervised = {
  /** The one that runs now, if any. */
  readonly child: Child | undefined;
  /** It will not be started again. Resolves when it has ended by itself or was killed. */
  end(): Promise<void>;
};

export type SuperviseOptions = {
  readonly name: string;
  readonly start: () => Child;
  readonly log: Log;
  /** Unix milliseconds. */
  readonly now: () => number;
};

export const supervise = ({ name, start, log, now }: SuperviseOptions): Supervised => {
  let child: Child | undefined;
  let backoff = NO_FAILURES;
  let wake: (() => void) | undefined;
  const ending = new AbortController();
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const startedAt = now();
      child = start();
      const { pid } = child;
      const exit = await child.exited;
      child = undefined;
      const how = describeExit(name, pid, exit);
      if (ending.signal.aborted) {
        if (how.abnormal) log.error('child_ended', { pid }, how.text);
        return;
      }
      const next = afterExit(backoff, now() - startedAt);
      backoff = next.backoff;
      const throttled = next.waitMs === 0 ? '' : `, next start in ${next.waitMs / 1000} secs`;
      log.error('child_ended', { pid }, how.text + throttled);
      if (next.waitMs > 0) await wait(next.waitMs);
    }
  };
  const running = run();
  return {
    get child() {
      return child;
    },
    end() {
      ending.abort();
      wake?.();
      return running;
    },
  };
};

/** Dovecot's words (service-process.c). */
const describeExit = (name: string, pid: number | undefined, exit: ChildExit): { abnormal: boolean; text: string } => {
  const head = `service(${name}): child ${pid ?? 0} `;
  if (exit.signal !== undefined) {
    return { abnormal: true, text: `${head}killed with signal ${constants.signals[exit.signal]}` };
  }
  return { abnormal: exit.code !== 0, text: `${head}returned error ${exit.code}` };
};
