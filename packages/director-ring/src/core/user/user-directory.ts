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
import { createUserRecords, NO_USER, type UserId, type UserRecords } from './user-records.ts';
import type { UserWatch } from './user-watch.ts';

export type User = { readonly hash: number; readonly timestamp: number; readonly host: number };

export type UserDirectory = {
  /** `NO_USER` if unknown or expired. */
  find(hash: number, now: number): UserId;
  /** The hash must be unknown. `timestamp`: of the last refresh, now or earlier. */
  add(hash: number, host: number, timestamp: number): UserId;
  user(id: UserId): User;
  hostOf(id: UserId): number;
  /** Neither being killed nor weak. */
  isFree(id: UserId): boolean;
  isBeingKilled(id: UserId): boolean;
  setBeingKilled(id: UserId, isBeingKilled: boolean): void;
  /** Takes the mark off a user that may have expired meanwhile. */
  endKill(hash: number): void;
  isWeak(id: UserId): boolean;
  setWeak(id: UserId, isWeak: boolean): void;
  refresh(id: UserId, timestamp: number): void;
  /** To another mail host. */
  setHost(id: UserId, host: number): void;
  /** To another mail host, refreshed. */
  moveTo(id: UserId, host: number, timestamp: number): void;
  /** Forgets every user of a mail host; `onFreed` hears of those that are being killed. */
  removeHost(host: number, onFreed: (hash: number) => void): void;
  /** Drops expired users, oldest first, at most `limit`. */
  expire(now: number, limit: number): void;
  /** When `expire` has work again, or undefined. */
  nextExpiry(now: number): number | undefined;
  /** Hashes of those that expired weak since the last call: nobody made up their minds. */
  takeStuck(): number[];
  cursor(): UserCursor;
  /** From now on; one at a time. */
  watch(watch: UserWatch): void;
  count(): number;
  countOn(host: number): number;
  bytes(): number;
};

const KILLED = 1;
const WEAK = 2;

/** How long a user that must not expire yet is left alone. */
const KILLED_RETRY_SECONDS = 60;

/** USER_NEAR_EXPIRING_MAX. */
const WEAK_EXTRA_SECONDS = 30;

/** `seed`: 32 random bits. */
export const createUserDirectory = (expireSeconds: number, seed: number): UserDirectory => {
  const records = createUserRecords();
  const index = createHashIndex((id) => records.get(id, 'hash'), seed);
  const order = createRefreshOrder(records, expireSeconds);
  const usersOn: number[] = [];
  const cursors = createCursors(records);
  let watching: UserWatch | undefined;
  let stuck: number[] = [];

  const count = (host: number, difference: number): void => {
    usersOn[host] = (usersOn[host] ?? 0) + difference;
  };
  const is = (id: UserId, flag: number): boolean => (records.get(id, 'flags') & flag) !== 0;
  const set = (id: UserId, flag: number, isSet: boolean): void => {
    const flags = records.get(id, 'flags');
    records.set(id, 'flags', isSet ? flags | flag : flags & ~flag);
  };
  const free = (id: UserId): void => {
    cursors.leave(id);
    order.leave(id);
    index.remove(records.get(id, 'hash'));
    count(records.get(id, 'host'), -1);
    records.free(id);
    watching?.freed(id);
  };
  const expiryOf = (id: UserId): number =>
    records.get(id, 'timestamp') + expireSeconds + (is(id, WEAK) ? WEAK_EXTRA_SECONDS : 0);
  const isExpired = (id: UserId, now: number): boolean => expiryOf(id) <= now && !is(id, KILLED);
  const freeExpired = (id: UserId): void => {
    if (is(id, WEAK)) stuck.push(records.get(id, 'hash'));
    free(id);
  };
  const refresh = (id: UserId, timestamp: number): void => {
    cursors.leave(id);
    order.leave(id);
    records.set(id, 'timestamp', timestamp);
    records.moveToEnd(id);
    order.settle(id);
    watching?.refreshed(id, timestamp);
  };
  const setHost = (id: UserId, host: number): void => {
    count(records.get(id, 'host'), -1);
    count(host, 1);
    records.set(id, 'host', host);
  };

  return {
    find(hash, now) {
      const id = index.find(hash);
      if (id === NO_USER || !isExpired(id, now)) return id;
      freeExpired(id);
      return NO_USER;
    },
    add(hash, host, timestamp) {
      const id = records.append(hash, host, timestamp);
      order.settle(id);
      index.insert(hash, id);
      count(host, 1);
      watching?.changed(id);
      return id;
    },
    user: (id) => userOf(records, id),
    hostOf: (id) => records.get(id, 'host'),
    isFree: (id) => records.get(id, 'flags') === 0,
    isBeingKilled: (id) => is(id, KILLED),
    setBeingKilled: (id, isBeingKilled) => set(id, KILLED, isBeingKilled),
    endKill(hash) {
      const id = index.find(hash);
      if (id !== NO_USER) set(id, KILLED, false);
    },
    isWeak: (id) => is(id, WEAK),
    setWeak: (id, isWeak) => set(id, WEAK, isWeak),
    refresh,
    setHost(id, host) {
      setHost(id, host);
      watching?.changed(id);
    },
    moveTo(id, host, timestamp) {
      setHost(id, host);
      refresh(id, timestamp);
      watching?.changed(id);
    },
    removeHost(host, onFreed) {
      const isNeeded = (usersOn[host] ?? 0) > 0;
      for (let id = isNeeded ? records.head() : NO_USER; id !== NO_USER; ) {
        const next = records.get(id, 'next');
        if (records.get(id, 'host') === host) {
          watching?.removed(records.get(id, 'hash'));
          if (is(id, KILLED)) onFreed(records.get(id, 'hash'));
          free(id);
        }
        id = next;
      }
    },
    expire(now, limit) {
      for (let left = limit; left > 0; left--) {
        const oldest = records.head();
        if (oldest === NO_USER || !isExpired(oldest, now)) return;
        freeExpired(oldest);
      }
    },
    nextExpiry(now) {
      const oldest = records.head();
      if (oldest === NO_USER) return undefined;
      const expiry = expiryOf(oldest);
      return expiry <= now && is(oldest, KILLED) ? now + KILLED_RETRY_SECONDS : expiry;
    },
    takeStuck() {
      const taken = stuck;
      stuck = [];
      return taken;
    },
    cursor: () => cursors.open(),
    watch(watch) {
      watching = watch;
    },
    count: () => index.count(),
    countOn: (host) => usersOn[host] ?? 0,
    bytes: () => records.bytes() + index.bytes() + order.bytes(),
  };
};

const userOf = (records: UserRecords, id: UserId): User => ({
  hash: records.get(id, 'hash'),
  timestamp: records.get(id, 'timestamp'),
  host: records.get(id, 'host'),
});
