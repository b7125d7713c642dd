/**
 * Looks at the listeners' files twice a second, so that a removed socket is back within one. Polling and not inotify: a
 * watch on a folder ends with the folder, and a dozen lstat() calls cost nothing.
 */
import type { Log } from '../log/log.ts';
import type { HeldListener } from './listener.ts';

const CHECK_INTERVAL_MS = 500;

export type Watch = { stop(): void };

/** `listeners` is asked anew each time, so that a reload may change them. `onRenewed` must pass the new handle on. */
export const watchListeners = (
  listeners: () => readonly HeldListener[],
  onRenewed: (listener: HeldListener) => void,
  log: Log,
): Watch => {
  let stopped = false;
  let busy = false;
  /** Why a path cannot be had, told once per reason and not twice a second. */
  const blocked = new Map<HeldListener, string>();
  const checkOne = async (listener: HeldListener): Promise<void> => {
    const path = listener.spec.kind === 'inet' ? '' : listener.spec.path;
    const outcome = await listener.renew();
    if (outcome.result === 'taken') {
      if (blocked.get(listener) !== outcome.why) log.error('listener_taken', { path }, outcome.why);
      blocked.set(listener, outcome.why);
      return;
    }
    blocked.delete(listener);
    if (outcome.result === 'renewed') {
      log.warning('listener_renewed', { path }, `${path} was removed by somebody, created it again`);
      onRenewed(listener);
    }
  };
  const checkAll = async (): Promise<void> => {
    for (const listener of listeners()) if (!stopped) await checkOne(listener);
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    checkAll().then(
      () => {
        busy = false;
      },
      (error: unknown) => {
        busy = false;
        log.panic('listener_watch_failed', {}, error instanceof Error ? (error.stack ?? error.message) : String(error));
      },
    );
  }, CHECK_INTERVAL_MS);
  timer.unref();
  return {
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
};
