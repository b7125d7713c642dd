/**
 * Who is where: username hash -> mail host, with the time of the last refresh (director/user-directory.c). One for each
 * tag. A user lives `expireSeconds` after the last refresh; expired ones go when they are looked up or when `expire` is
 * called. A user whose sessions are being killed stays until the kill is over. A weak one, of whom the directors have yet
 * to agree where it is, stays a little longer.
 *
 * All times are Unix seconds.
 */
import { createHashIndex } from './hash-index.ts';
import { createRefreshOrder } from './refresh-order.ts';
import { createCursors, type UserCursor } from './user-cursor.ts';
import { createUserExpiry, type UserExpiry } from './user-expiry.ts';
import { createUserFlags, type UserFlags } from './user-flags.ts';
import { createUserRecords, NO_USER, type UserId, type UserRecords } from './user-records.ts';
import type { UserWatch } from './user-watch.ts';

export type User = { readonly hash: number; readonly timestamp: number; readonly host: number };

export type UserDirectory = UserFlags &
  UserExpiry & {
    /** `NO_USER` if unknown or expired. */
    find(hash: number, now: number): UserId;
    /** The hash must be unknown. `timestamp`: of the last refresh, now or earlier. */
    add(hash: number, host: number, timestamp: number): UserId;
    /** So many will be added at once. */
    reserve(count: number): void;
    user(id: UserId): User;
    hostOf(id: UserId): number;
    /** Takes the mark off a user that may have expired meanwhile. */
    endKill(hash: number): void;
    refresh(id: UserId, timestamp: number): void;
    /** To another mail host. */
    setHost(id: UserId, host: number): void;
    /** To another mail host, refreshed. */
    moveTo(id: UserId, host: number, timestamp: number): void;
    /** Forgets every user of a mail host; `onFreed` hears of those that are being killed. */
    removeHost(host: number, onFreed: (hash: number) => void): void;
    /** Those refreshed at this time or later, newest first, at most `limit`. */
    refreshedSince(timestamp: number, limit: number): UserId[];
    cursor(): UserCursor;
    /** From now on; one at a time. */
    watch(watch: UserWatch): void;
    count(): number;
    countOn(host: number): number;
    bytes(): number;
  };

/** `seed`: 32 random bits. `total`: counts the users of all directories that share it. */
export const createUserDirectory = (expireSeconds: number, seed: number, total = { users: 0 }): UserDirectory => {
  const records = createUserRecords();
  const index = createHashIndex((id) => records.get(id, 'hash'), seed);
  const order = createRefreshOrder(records, expireSeconds);
  const counts = createCounts(total);
  const cursors = createCursors(records);
  let watching: UserWatch | undefined;

  const free = (id: UserId): void => {
    cursors.leave(id);
    order.leave(id);
    index.remove(records.get(id, 'hash'));
    counts.add(records.get(id, 'host'), -1);
    records.free(id);
    watching?.freed(id);
  };
  const flags = createUserFlags(records);
  const expiry = createUserExpiry(records, flags, expireSeconds, free);
  const refresh = (id: UserId, timestamp: number): void => {
    // Once more in a row: it is where it belongs.
    if (id === records.tail() && records.get(id, 'timestamp') === timestamp) return;
    cursors.leave(id);
    order.leave(id);
    records.set(id, 'timestamp', timestamp);
    records.moveToEnd(id);
    order.settle(id);
    watching?.refreshed(id, timestamp);
  };
  const setHost = (id: UserId, host: number): void => {
    counts.add(records.get(id, 'host'), -1);
    counts.add(host, 1);
    records.set(id, 'host', host);
    watching?.changed(id);
  };

  return {
    ...flags,
    ...expiry,
    find(hash, now) {
      const id = index.find(hash);
      if (id === NO_USER || !expiry.isExpired(id, now)) return id;
      expiry.drop(id);
      return NO_USER;
    },
    add(hash, host, timestamp) {
      const id = records.append(hash, host, timestamp);
      order.settle(id);
      index.insert(hash, id);
      counts.add(host, 1);
      watching?.changed(id);
      return id;
    },
    reserve: (more) => index.reserve(more),
    user: (id) => userOf(records, id),
    hostOf: (id) => records.get(id, 'host'),
    endKill(hash) {
      const id = index.find(hash);
      if (id !== NO_USER) flags.setBeingKilled(id, false);
    },
    refresh,
    setHost,
    moveTo(id, host, timestamp) {
      setHost(id, host);
      refresh(id, timestamp);
    },
    removeHost(host, onFreed) {
      for (const id of usersOf(records, host, counts.on(host))) {
        watching?.removed(records.get(id, 'hash'));
        if (flags.isBeingKilled(id)) onFreed(records.get(id, 'hash'));
        free(id);
      }
    },
    refreshedSince: (timestamp, limit) => refreshedSince(records, timestamp, limit),
    cursor: () => cursors.open(),
    watch(watch) {
      watching = watch;
    },
    count: () => index.count(),
    countOn: (host) => counts.on(host),
    bytes: () => records.bytes() + index.bytes() + order.bytes(),
  };
};

const createCounts = (total: { users: number }) => {
  const usersOn: number[] = [];
  return {
    add(host: number, difference: number): void {
      usersOn[host] = (usersOn[host] ?? 0) + difference;
      total.users += difference;
    },
    on: (host: number): number => usersOn[host] ?? 0,
  };
};

const userOf = (records: UserRecords, id: UserId): User => ({
  hash: records.get(id, 'hash'),
  timestamp: records.get(id, 'timestamp'),
  host: records.get(id, 'host'),
});

/** There are `count` of them. */
const usersOf = (records: UserRecords, host: number, count: number): UserId[] => {
  const found: UserId[] = [];
  for (let id = records.head(); id !== NO_USER && found.length < count; id = records.get(id, 'next')) {
    if (records.get(id, 'host') === host) found.push(id);
  }
  return found;
};

const refreshedSince = (records: UserRecords, timestamp: number, limit: number): UserId[] => {
  const found: UserId[] = [];
  for (let id = records.tail(); id !== NO_USER && found.length < limit; id = records.get(id, 'previous')) {
    if (records.get(id, 'timestamp') < timestamp) break;
    found.push(id);
  }
  return found;
};
