/**
 * At most 100 lines a second of a kind that a failing peer could write without end, then one line with the number of
 * those left out (lib/log-throttle.c).
 */
const LINES_PER_INTERVAL = 100;
const INTERVAL_MS = 1000;

export type LogThrottle = {
  /** Whether this line may be written. */
  accept(now: number): boolean;
  /** When a summary is due, or undefined. */
  next(): number | undefined;
  /** How many lines were left out since the last summary, if one is due, else 0. */
  summary(now: number): number;
};

export const createLogThrottle = (): LogThrottle => {
  let intervalEnd = 0;
  let lines = 0;
  return {
    accept(now) {
      if (now >= intervalEnd && lines <= LINES_PER_INTERVAL) {
        intervalEnd = now + INTERVAL_MS;
        lines = 0;
      }
      lines++;
      return lines <= LINES_PER_INTERVAL;
    },
    next: () => (lines > LINES_PER_INTERVAL ? intervalEnd : undefined),
    summary(now) {
      if (lines <= LINES_PER_INTERVAL || now < intervalEnd) return 0;
      const left = lines - LINES_PER_INTERVAL;
      lines = 0;
      return left;
    },
  };
};
