/** The director's one timer, always set to the core's next deadline or earlier. */
import type { Director } from '../core/director.ts';
import { nextDeadline } from '../core/tick.ts';

/** Longer waits than setTimeout() can count are cut in pieces. */
const LONGEST_TIMER_MS = 3_600_000;

export type Timer = {
  /** After anything happened; costs nothing if the next deadline is not earlier than before. */
  arm(): void;
  stop(): void;
};

export const createTimer = (director: Director, now: () => number, onDue: () => void): Timer => {
  let timer: NodeJS.Timeout | undefined;
  let at = Number.POSITIVE_INFINITY;
  return {
    arm() {
      const time = now();
      const deadline = nextDeadline(director, time);
      if (deadline === undefined || deadline >= at) return;
      clearTimeout(timer);
      at = deadline;
      timer = setTimeout(
        () => {
          at = Number.POSITIVE_INFINITY;
          onDue();
        },
        Math.min(Math.max(deadline - time, 0), LONGEST_TIMER_MS),
      );
      timer.unref();
    },
    stop() {
      clearTimeout(timer);
    },
  };
};
