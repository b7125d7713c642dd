/**
 * Which users of a tag have to be written down. Collected on the hot path, so it is a byte a user and a list of those
 * whose byte says "changed".
 *
 * A refresh is written only if the last one written is in another eighth of the expiry time: it saves most writes, and a
 * restart makes nobody older than that.
 */
import type { UserId } from '../user/user-records.ts';
import type { UserWatch } from '../user/user-watch.ts';
import { createNumberQueue } from './number-queue.ts';

export type UserChanges = {
  readonly watch: UserWatch;
  hasSome(): boolean;
  /** The next hash of those that were forgotten. All of these go before the first of `take`. */
  takeRemoved(): number | undefined;
  /** The next of those that changed; it is yours to write. Undefined at the end. */
  take(): UserId | undefined;
  /** It was written with this time although it had not changed. */
  written(id: UserId, timestamp: number): void;
  /** Everybody will be written anyway. */
  forgetAll(): void;
};

/** Bytes below are the eighth, modulo this, in which the last refresh lies that was written. */
const EIGHTHS = 253;
/** In the list, but gone. */
const GONE = 253;
/** In the list. */
const CHANGED = 254;
const UNKNOWN = 255;

const FIRST_SIZE = 4096;

export const createUserChanges = (expireSeconds: number, timestampOf: (id: UserId) => number): UserChanges => {
  const eighth = Math.max(1, Math.floor(expireSeconds / 8));
  let bytes = new Uint8Array(FIRST_SIZE).fill(UNKNOWN);
  const list = createNumberQueue();
  const removed = createNumberQueue();

  const partOf = (timestamp: number): number => Math.floor(timestamp / eighth) % EIGHTHS;
  const makeRoom = (id: UserId): void => {
    if (id < bytes.length) return;
    const more = new Uint8Array(Math.max(bytes.length * 2, id + 1)).fill(UNKNOWN);
    more.set(bytes);
    bytes = more;
  };
  const change = (id: UserId): void => {
    makeRoom(id);
    const before = bytes[id];
    if (before === CHANGED) return;
    bytes[id] = CHANGED;
    if (before !== GONE) list.push(id);
  };
  return {
    watch: {
      changed: change,
      refreshed(id, timestamp) {
        const before = bytes[id];
        if (before !== CHANGED && before !== partOf(timestamp)) change(id);
      },
      freed(id) {
        if (id < bytes.length) bytes[id] = bytes[id] === CHANGED ? GONE : UNKNOWN;
      },
      removed: (hash) => removed.push(hash),
    },
    hasSome: () => list.hasSome() || removed.hasSome(),
    takeRemoved: () => removed.take(),
    take() {
      for (let id = list.take(); id !== undefined; id = list.take()) {
        if (bytes[id] === CHANGED) {
          bytes[id] = partOf(timestampOf(id));
          return id;
        }
        if (bytes[id] === GONE) bytes[id] = UNKNOWN;
      }
      return undefined;
    },
    written(id, timestamp) {
      makeRoom(id);
      if (bytes[id] !== CHANGED) bytes[id] = partOf(timestamp);
    },
    forgetAll() {
      bytes.fill(UNKNOWN);
      list.clear();
      removed.clear();
    },
  };
};
