import type { UserFlags } from './user-flags.ts';
import { NO_USER, type UserId, type UserRecords } from './user-records.ts';

/** How users end. All times are Unix seconds. */
export type UserExpiry = {
  isExpired(id: UserId, now: number): boolean;
  /** Drops a user that is expired. */
  drop(id: UserId): void;
  /** Drops expired users, oldest first, at most `limit`. */
  expire(now: number, limit: number): void;
  /** When `expire` has work again, or undefined. */
  nextExpiry(now: number): number | undefined;
  /** Hashes of those that expired weak since the last call: nobody made up their minds. */
  takeStuck(): number[];
};

/** How long a user that must not expire yet is left alone. */
const KILLED_RETRY_SECONDS = 60;

/** USER_NEAR_EXPIRING_MAX. */
const WEAK_EXTRA_SECONDS = 30;

export const createUserExpiry = (
  records: UserRecords,
  flags: UserFlags,
  expireSeconds: number,
  free: (id: UserId) => void,
): UserExpiry => {
  let stuck: number[] = [];
  const expiryOf = (id: UserId): number =>
    records.get(id, 'timestamp') + expireSeconds + (flags.isWeak(id) ? WEAK_EXTRA_SECONDS : 0);
  const isExpired = (id: UserId, now: number): boolean => expiryOf(id) <= now && !flags.isBeingKilled(id);
  const drop = (id: UserId): void => {
    if (flags.isWeak(id)) stuck.push(records.get(id, 'hash'));
    free(id);
  };
  return {
    isExpired,
    drop,
    expire(now, limit) {
      for (let left = limit; left > 0; left--) {
        const oldest = records.head();
        if (oldest === NO_USER || !isExpired(oldest, now)) return;
        drop(oldest);
      }
    },
    nextExpiry(now) {
      const oldest = records.head();
      if (oldest === NO_USER) return undefined;
      const expiry = expiryOf(oldest);
      return expiry <= now && flags.isBeingKilled(oldest) ? now + KILLED_RETRY_SECONDS : expiry;
    },
    takeStuck() {
      const taken = stuck;
      stuck = [];
      return taken;
    },
  };
};
