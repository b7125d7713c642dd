/**
 * Keeps the list of users sorted by their last refresh although users of other directors arrive with old timestamps, up
 * to a million of them in a handshake. For each second the last user refreshed then is known, so that a place is found
 * without a walk along the list. (Upstream sorts everybody at the end of a handshake.)
 */
import { NO_USER, type UserId, type UserRecords } from './user-records.ts';

export type RefreshOrder = {
  /** A record at the end of the list whose timestamp was set, to its place. */
  settle(id: UserId): void;
  /** Before a record is freed, or its timestamp set. */
  leave(id: UserId): void;
  bytes(): number;
};

/** Users that must not go yet stay a little longer than their expiry says. */
const GRACE_SECONDS = 64;

/** Above that, 12 days, several seconds share a place, and among their users the order is not exact. */
const MOST_PLACES = 1 << 20;

export const createRefreshOrder = (records: UserRecords, expireSeconds: number): RefreshOrder => {
  const places = Math.min(2 ** Math.ceil(Math.log2(expireSeconds + GRACE_SECONDS)), MOST_PLACES);
  const mask = places - 1;
  const unit = Math.ceil((expireSeconds + GRACE_SECONDS) / places);
  let last = new Uint32Array(0);
  let newest = 0;

  const timeOf = (id: UserId): number => {
    const timestamp = records.get(id, 'timestamp');
    return unit === 1 ? timestamp : Math.floor(timestamp / unit);
  };
  /** The last user at this time or before it. */
  const lastUntil = (time: number): UserId => {
    for (let at = time; at > time - places && at >= 0; at--) {
      const id = last[at & mask] ?? NO_USER;
      // An old user that is still there may sit in the place of a later time.
      if (id !== NO_USER && timeOf(id) === at) return id;
    }
    return NO_USER;
  };
  return {
    settle(id) {
      if (last.length === 0) last = new Uint32Array(places).fill(NO_USER);
      const time = timeOf(id);
      if (time >= newest) newest = time;
      else records.moveBehind(id, lastUntil(time));
      last[time & mask] = id;
    },
    leave(id) {
      const time = timeOf(id);
      if (last[time & mask] !== id) return;
      const previous = records.get(id, 'previous');
      last[time & mask] = previous !== NO_USER && timeOf(previous) === time ? previous : NO_USER;
    },
    bytes: () => last.byteLength,
  };
};
