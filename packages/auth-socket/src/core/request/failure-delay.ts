/**
 * Failures wait for `auth_failure_delay` and leave together, shuffled, so that neither the time nor the order of the
 * answers tells what was wrong (auth_request_handler_flush_failures()). Whole seconds are compared, as Dovecot does.
 */
export type Delayed<Reply> = { readonly reply: Reply; readonly since: number; readonly delay: number };

export type FailureDelay<Reply> = {
  /** `now`: Unix milliseconds; `delay`: seconds. */
  readonly add: (reply: Reply, delay: number, now: number) => void;
  /** Those that waited long enough, shuffled. `pick(n)` is a random number from 0 to n - 1. */
  readonly takeDue: (now: number, pick: (below: number) => number) => readonly Reply[];
  readonly takeAll: () => readonly Reply[];
  readonly size: () => number;
};

/** How often the queue is looked at (AUTH_FAILURE_DELAY_CHECK_MSECS). */
export const FAILURE_CHECK_MS = 500;

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

export const createFailureDelay = <Reply>(): FailureDelay<Reply> => {
  let waiting: Delayed<Reply>[] = [];
  return {
    add(reply, delay, now) {
      waiting.push({ reply, since: seconds(now), delay });
    },
    takeDue(now, pick) {
      const isDue = (entry: Delayed<Reply>): boolean => seconds(now) - entry.since >= entry.delay;
      const due = waiting.filter(isDue).map((entry) => entry.reply);
      if (due.length > 0) waiting = waiting.filter((entry) => !isDue(entry));
      return shuffled(due, pick);
    },
    takeAll() {
      const all = waiting.map((entry) => entry.reply);
      waiting = [];
      return all;
    },
    size: () => waiting.length,
  };
};

const shuffled = <Item>(items: readonly Item[], pick: (below: number) => number): readonly Item[] => {
  const out = [...items];
  for (let last = out.length - 1; last > 0; last--) {
    const chosen = pick(last + 1);
    const item = out[last] as Item;
    out[last] = out[chosen] as Item;
    out[chosen] = item;
  }
  return out;
};
