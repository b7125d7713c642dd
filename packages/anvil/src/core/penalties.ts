/**
 * Penalties of client addresses that fail to log in (anvil/penalty.c). The auth server says by how much to wait; here is
 * only remembered what it was told. A checksum stands for user and password tried: one that is known already does not
 * make it worse, for that is a user with a forgotten old password, not an attacker.
 */
import type { AnvilPenalty, ByteString } from '@homing/wire';

/** Times are Unix seconds. Entries nobody touched for the expiry time are gone. */
export type Penalties = {
  get(ident: ByteString, now: number): { penalty: number; lastPenalty: number };
  /** `value`: the new penalty itself. `checksum` 0: none. */
  increase(ident: ByteString, checksum: number, value: number, now: number): void;
  setExpireSeconds(seconds: number): void;
  /** Least recently touched first. */
  rows(now: number): AnvilPenalty[];
};

type Entry = { penalty: number; lastPenalty: number; lastUpdate: number; checksums: readonly number[] };

const DEFAULT_EXPIRE_SECONDS = 3600;
const CHECKSUMS_KEPT = 10;
/** Dovecot keeps the distance of its two times in 15 bits and moves the older one up if it grows larger. */
const MAX_DISTANCE = 32_767;

export const createPenalties = (): Penalties => {
  /** In the order of `lastUpdate`: every change takes an entry to the end. */
  const entries = new Map<ByteString, Entry>();
  let expireSeconds = DEFAULT_EXPIRE_SECONDS;

  const expire = (now: number): void => {
    for (const [ident, { lastUpdate }] of entries) {
      if (lastUpdate > now - expireSeconds) return;
      entries.delete(ident);
    }
  };
  return {
    get(ident, now) {
      expire(now);
      const { penalty, lastPenalty } = entries.get(ident) ?? { penalty: 0, lastPenalty: 0 };
      return { penalty, lastPenalty };
    },
    increase(ident, checksum, value, now) {
      expire(now);
      const before = entries.get(ident) ?? { penalty: 0, lastPenalty: 0, lastUpdate: 0, checksums: [] };
      entries.delete(ident);
      const isKnown = checksum !== 0 && before.checksums.includes(checksum);
      const lastPenalty = isKnown ? Math.max(before.lastPenalty, now - MAX_DISTANCE) : now;
      const penalty = isKnown ? value - 1 : value;
      entries.set(ident, { penalty, lastPenalty, lastUpdate: now, checksums: remember(before.checksums, checksum) });
    },
    setExpireSeconds(seconds) {
      expireSeconds = seconds;
    },
    rows(now) {
      expire(now);
      return [...entries].map(([ident, entry]) => {
        const { penalty, lastPenalty, lastUpdate } = entry;
        return { ident, penalty, lastPenalty, lastUpdate };
      });
    },
  };
};

/** The latest first; the tenth is forgotten. */
const remember = (known: readonly number[], checksum: number): readonly number[] =>
  checksum === 0 ? known : [checksum, ...known.filter((one) => one !== checksum)].slice(0, CHECKSUMS_KEPT);
