/**
 * Promises that reject when a signal aborts, with one listener a signal: adding the ten-thousandth takes as long as
 * walking over all before it, and Node warns from the eleventh on.
 */
export type UnlessAborted = <T>(answer: Promise<T>, signal: AbortSignal) => Promise<T>;

type Reject = (reason: unknown) => void;

export const createAborting = (): UnlessAborted => {
  const bySignal = new WeakMap<AbortSignal, Set<Reject>>();
  const waitersOf = (signal: AbortSignal): Set<Reject> => {
    const known = bySignal.get(signal);
    if (known !== undefined) return known;
    const waiters = new Set<Reject>();
    bySignal.set(signal, waiters);
    const abort = (): void => {
      for (const reject of waiters) reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    return waiters;
  };
  return <T>(answer: Promise<T>, signal: AbortSignal): Promise<T> => {
    if (signal.aborted) {
      answer.catch(() => {});
      return Promise.reject(signal.reason as Error);
    }
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiters = waitersOf(signal);
    waiters.add(reject);
    const done = (): void => void waiters.delete(reject);
    answer.then(resolve, reject).then(done, done);
    return promise;
  };
};
