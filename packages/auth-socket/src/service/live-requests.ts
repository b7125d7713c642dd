/** The request ids that are taken on one client-type connection, in the order they were last touched. */
import type { AuthRequest } from '../core/request/auth-request.ts';
import type { Mechanism } from '../core/sasl/mechanism.ts';
import type { Quota } from './quota.ts';

/** `working`: a database or a clock decides; `waiting`: for the client's CONT; `finished`: for a mail process. */
export type Live = {
  readonly request: AuthRequest;
  readonly mechanism: Mechanism;
  at: 'working' | 'waiting' | 'finished';
  /** Unix milliseconds. */
  touched: number;
};

export type LiveRequests = {
  readonly get: (id: number) => Live | undefined;
  /** True until it is answered for good, cancelled, timed out or taken away. */
  readonly isLive: (entry: Live) => boolean;
  readonly put: (entry: Live, at: Live['at']) => void;
  readonly drop: (id: number) => void;
  readonly count: () => number;
  /** Hands out, and forgets, what nobody touched for 150 s. */
  readonly takeIdle: (now: number) => readonly Live[];
  readonly clear: () => void;
};

/** MASTER_AUTH_SERVER_TIMEOUT_SECS */
const IDLE_MS = 150_000;

/** `onBusy` is told when the first request comes and when the last one has gone. Each takes one of `quota`. */
export const createLiveRequests = (
  now: () => number,
  onBusy: (isBusy: boolean) => void,
  quota: Quota,
): LiveRequests => {
  const live = new Map<number, Live>();
  const drop = (id: number): void => {
    // Those answered at once were never in it.
    if (live.size === 0 || !live.delete(id)) return;
    quota.give();
    if (live.size === 0) onBusy(false);
  };
  return {
    get: (id) => (live.size === 0 ? undefined : live.get(id)),
    isLive: (entry) => live.get(entry.request.id) === entry,
    put(entry, at) {
      if (live.size === 0) onBusy(true);
      entry.at = at;
      entry.touched = now();
      if (!live.delete(entry.request.id)) quota.take();
      live.set(entry.request.id, entry);
    },
    drop,
    count: () => live.size,
    takeIdle(at) {
      const idle: Live[] = [];
      for (const entry of live.values()) {
        if (at - entry.touched < IDLE_MS) break;
        idle.push(entry);
      }
      for (const { request } of idle) drop(request.id);
      return idle;
    },
    clear() {
      if (live.size === 0) return;
      quota.give(live.size);
      live.clear();
      onBusy(false);
    },
  };
};
