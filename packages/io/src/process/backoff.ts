/**
 * How long to wait before a child that ended is started again. One that had run for a while comes back at once, and so
 * does the first that failed early; from then on the wait doubles (Dovecot throttles a failing service 2 s to 60 s,
 * master/service-process.c).
 */
export type Backoff = { readonly earlyFailures: number };

export const NO_FAILURES: Backoff = { earlyFailures: 0 };

const STEADY_MS = 10_000;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

export const afterExit = (backoff: Backoff, lifetimeMs: number): { backoff: Backoff; waitMs: number } => {
  const { earlyFailures } = lifetimeMs >= STEADY_MS ? NO_FAILURES : backoff;
  const waitMs = earlyFailures === 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (earlyFailures - 1), LONGEST_WAIT_MS);
  return { backoff: { earlyFailures: earlyFailures + 1 }, waitMs };
};
