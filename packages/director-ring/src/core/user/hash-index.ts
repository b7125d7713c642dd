/**
 * Username hash -> record number: open addressing with linear probing. Split into shards that grow and shrink on their
 * own, so no operation ever rehashes more than a sixtieth of the users. A deletion closes its gap by moving later
 * entries back (Knuth 6.4 R), so there are no tombstones to decay.
 *
 * The seed keeps somebody who picks usernames from lining them up in one probe run.
 */
import { NO_USER, type UserId } from './user-records.ts';

const SHARD_BITS = 6;
const SMALLEST = 8;

type Shard = { slots: Uint32Array; count: number };

export type HashIndex = {
  find(hash: number): UserId;
  /** The hash must not be there yet. */
  insert(hash: number, id: UserId): void;
  remove(hash: number): void;
  /** Before so many are inserted at once: none of them has to move. */
  reserve(count: number): void;
  count(): number;
  bytes(): number;
};

/** murmur3's finalizer: every bit of the hash reaches every bit of the slot number. */
const mix = (hash: number, seed: number): number => {
  let h = hash ^ seed;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** `hashOf`: the hash of a record. `seed`: 32 random bits. */
export const createHashIndex = (hashOf: (id: UserId) => number, seed: number): HashIndex => {
  const shards: (Shard | undefined)[] = Array.from({ length: 1 << SHARD_BITS }, () => undefined);
  let count = 0;

  /** The slot of `hash`, or the free slot where it would go. */
  const probe = (slots: Uint32Array, hash: number, mixed: number): number => {
    const mask = slots.length - 1;
    let at = mixed & mask;
    for (let id = slots[at]; id !== undefined && id !== NO_USER && hashOf(id) !== hash; id = slots[at]) {
      at = (at + 1) & mask;
    }
    return at;
  };
  const resize = (shard: Shard, size: number): void => {
    const old = shard.slots;
    shard.slots = new Uint32Array(size).fill(NO_USER);
    for (const id of old) {
      if (id === NO_USER) continue;
      const hash = hashOf(id);
      shard.slots[probe(shard.slots, hash, mix(hash, seed))] = id;
    }
  };
  const closeGap = (slots: Uint32Array, gap: number): void => {
    const mask = slots.length - 1;
    let hole = gap;
    let at = (gap + 1) & mask;
    for (let id = slots[at]; id !== undefined && id !== NO_USER; id = slots[at]) {
      const home = mix(hashOf(id), seed) & mask;
      // Movable if its home is not between the hole and itself.
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        slots[hole] = id;
        hole = at;
      }
      at = (at + 1) & mask;
    }
    slots[hole] = NO_USER;
  };

  return {
    find(hash) {
      const mixed = mix(hash, seed);
      const shard = shards[mixed >>> (32 - SHARD_BITS)];
      return shard === undefined ? NO_USER : (shard.slots[probe(shard.slots, hash, mixed)] ?? NO_USER);
    },
    insert(hash, id) {
      const mixed = mix(hash, seed);
      const number = mixed >>> (32 - SHARD_BITS);
      const shard = shards[number] ?? { slots: new Uint32Array(SMALLEST).fill(NO_USER), count: 0 };
      shards[number] = shard;
      if ((shard.count + 1) * 4 > shard.slots.length * 3) resize(shard, shard.slots.length * 2);
      shard.slots[probe(shard.slots, hash, mixed)] = id;
      shard.count++;
      count++;
    },
    remove(hash) {
      const mixed = mix(hash, seed);
      const shard = shards[mixed >>> (32 - SHARD_BITS)];
      if (shard === undefined) return;
      const at = probe(shard.slots, hash, mixed);
      if (shard.slots[at] === NO_USER) return;
      closeGap(shard.slots, at);
      shard.count--;
      count--;
      if (shard.slots.length > SMALLEST && shard.count * 8 < shard.slots.length) resize(shard, shard.slots.length / 2);
    },
    reserve(more) {
      const expected = (count + more) / shards.length;
      // Shards differ by a few square roots.
      const slots = ((expected + 4 * Math.sqrt(expected)) * 4) / 3;
      const size = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(slots)));
      for (const [number, shard] of shards.entries()) {
        if (shard === undefined) shards[number] = { slots: new Uint32Array(size).fill(NO_USER), count: 0 };
        else if (shard.slots.length < size) resize(shard, size);
      }
    },
    count: () => count,
    bytes: () => shards.reduce((sum, shard) => sum + (shard === undefined ? 0 : shard.slots.byteLength), 0),
  };
};
