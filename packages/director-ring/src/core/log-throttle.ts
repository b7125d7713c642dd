/**
 * A bound on lines of a kind that a failing peer could write without end, then one line with the number of those left out
 * (lib/log-throttle.c).
 */
export type LogThrottle = {
  /** Whether this line may be written. */
  accept(now: number): boolean;
  /** When a summary is due, or undefined. */
  next(): number | undefined;
  /** How many lines were left out since the last summary, if one is due, else 0. */
  summary(now: number): number;
};

/** `lines` in each `ms` milliseconds; Dovecot's hundred a second unless said otherwise. */
export const createLogThrottle = ({ lines: most = 100, ms = 1000 } = {}): LogThrottle => {
  let intervalEnd = 0;
  let lines = 0;
  return {
    accept(now) {
      if (now >= intervalEnd && lines <= most) {
        intervalEnd = now + ms;
        lines = 0;
      }
      lines++;
      return lines <= most;
    },
    next: () => (lines > most ? intervalEnd : undefined),
    summary(now) {
      if (lines <= most || now < intervalEnd) return 0;
      const left = lines - most;
      lines = 0;
      return left;
    },
  };
};
