/**
 * Who is where: username hash -> mail host, with the time of the last refresh (director/user-directory.c). One for each
 * tag. A user lives `expireSeconds` after the last refresh; expired ones go when they are looked up or when `expire` is
 * called. A user whose sessions are being killed stays until the kill is over.
 *
 * All times are Unix seconds.
 */
import { createHashIndex } from './hash-index.ts';
import { createCursors, type UserCursor } from './user-cursor.ts';
import { createUserRecords, NO_USER, type UserId, type UserRecords } from './user-records.ts';
import type { UserWatch } from './user-watch.ts';

export type User = { readonly hash: number; readonly timestamp: number; readonly host: number };

export type UserDirectory = {
  /** `NO_USER` if unknown or expired. */
  find(hash: number, now: number): UserId;
  /** The hash must be unknown. */
  add(hash: number, host: number, now: number): UserId;
  user(id: UserId): User;
  hostOf(id: UserId): number;
  isBeingKilled(id: UserId): boolean;
  setBeingKilled(id: UserId, isBeingKilled: boolean): void;
  /** Takes the mark off a user that may have expired meanwhile. */
  endKill(hash: number): void;
  refresh(id: UserId, now: number): void;
  /** To another mail host, refreshed. */
  moveTo(id: UserId, host: number, now: number): void;
  /** Forgets every user of a mail host; `onFreed` hears of those that are being killed. */
  removeHost(host: number, onFreed: (hash: number) => void): void;
  /** Drops expired users, oldest first, at most `limit`. */
  expire(now: number, limit: number): void;
  /** When `expire` has work again, or undefined. */
  nextExpiry(now: number): number | undefined;
  cursor(): UserCursor;
  /** From now on; one at a time. */
  watch(watch: UserWatch): void;
  count(): number;
  countOn(host: number): number;
  bytes(): number;
};

/** How long a user that must not expire yet is left alone. */
const KILLED_RETRY_SECONDS = 60;

/** `seed`: 32 random bits. */
export const createUserDirectory = (expireSeconds: number, seed: number): UserDirectory => {
  const records = createUserRecords();
  const index = createHashIndex((id) => records.get(id, 'hash'), seed);
  const usersOn: number[] = [];
  const cursors = createCursors(records);
  let watching: UserWatch | undefined;

  const count = (host: number, difference: number): void => {
    usersOn[host] = (usersOn[host] ?? 0) + difference;
  };
  const free = (id: UserId): void => {
    cursors.leave(id);
    index.remove(records.get(id, 'hash'));
    count(records.get(id, 'host'), -1);
    records.free(id);
    watching?.freed(id);
  };
  const isExpired = (id: UserId, now: number): boolean =>
    records.get(id, 'timestamp') + expireSeconds <= now && records.get(id, 'isBeingKilled') === 0;
  const refresh = (id: UserId, now: number): void => {
    cursors.leave(id);
    records.set(id, 'timestamp', now);
    records.moveToEnd(id);
    watching?.refreshed(id, now);
  };

  return {
    find(hash, now) {
      const id = index.find(hash);
      if (id === NO_USER || !isExpired(id, now)) return id;
      free(id);
      return NO_USER;
    },
    add(hash, host, now) {
      const id = records.append(hash, host, now);
      index.insert(hash, id);
      count(host, 1);
      watching?.changed(id);
      return id;
    },
    user: (id) => userOf(records, id),
    hostOf: (id) => records.get(id, 'host'),
    isBeingKilled: (id) => records.get(id, 'isBeingKilled') === 1,
    setBeingKilled: (id, isBeingKilled) => records.set(id, 'isBeingKilled', isBeingKilled ? 1 : 0),
    endKill(hash) {
      const id = index.find(hash);
      if (id !== NO_USER) records.set(id, 'isBeingKilled', 0);
    },
    refresh,
    moveTo(id, host, now) {
      count(records.get(id, 'host'), -1);
      count(host, 1);
      records.set(id, 'host', host);
      refresh(id, now);
      watching?.changed(id);
    },
    removeHost(host, onFreed) {
      for (let id = records.head(); id !== NO_USER; ) {
        const next = records.get(id, 'next');
        if (records.get(id, 'host') === host) {
          if (records.get(id, 'isBeingKilled') === 1) onFreed(records.get(id, 'hash'));
          free(id);
        }
        id = next;
      }
      watching?.hostForgotten(host);
    },
    expire(now, limit) {
      for (let left = limit; left > 0; left--) {
        const oldest = records.head();
        if (oldest === NO_USER || !isExpired(oldest, now)) return;
        free(oldest);
      }
    },
    nextExpiry(now) {
      const oldest = records.head();
      if (oldest === NO_USER) return undefined;
      const expiry = records.get(oldest, 'timestamp') + expireSeconds;
      return expiry <= now && records.get(oldest, 'isBeingKilled') === 1 ? now + KILLED_RETRY_SECONDS : expiry;
    },
    cursor: () => cursors.open(),
    watch(watch) {
      watching = watch;
    },
    count: () => index.count(),
    countOn: (host) => usersOn[host] ?? 0,
    bytes: () => records.bytes() + index.bytes(),
  };
};

const userOf = (records: UserRecords, id: UserId): User => ({
  hash: records.get(id, 'hash'),
  timestamp: records.get(id, 'timestamp'),
  host: records.get(id, 'host'),
});
