/**
 * Hash -> (time, mail host) of one tag, made to be filled once with a million rows and read once. Unlike the user
 * directory it has the hashes beside the slots of its index, keeps no order, and never gives memory back.
 */

export type StoredRow = { readonly hash: number; readonly timestamp: number; readonly host: number };

export type StoredTable = {
  /** `host`: below 65,535. */
  put(hash: number, timestamp: number, host: number): void;
  remove(hash: number): void;
  find(hash: number): StoredRow | undefined;
  rows(): Iterable<StoredRow>;
  count(): number;
};

const SMALLEST_BITS = 10;

/** In place of a mail host: the user was removed. */
const NOBODY = 0xffff;

type Columns = { readonly hash: Uint32Array; readonly timestamp: Uint32Array; readonly host: Uint16Array };

const createColumns = (size: number): Columns => ({
  hash: new Uint32Array(size),
  timestamp: new Uint32Array(size),
  host: new Uint16Array(size),
});

/** `seed`: 32 random bits, so that nobody who picks usernames can line them up in the index. */
export const createStoredTable = (seed: number): StoredTable => {
  let bits = SMALLEST_BITS;
  /** Of each slot: a row's number + 1, or 0, and the row's hash. Half of them at most are taken. */
  let numbers = new Uint32Array(1 << bits);
  let hashes = new Uint32Array(1 << bits);
  let columns = createColumns(1 << (bits - 1));
  let used = 0;
  let removed = 0;

  /** The slot of `hash`, or the free slot where it would go. */
  const probe = (hash: number): number => {
    const mask = numbers.length - 1;
    let at = (Math.imul(hash ^ seed, 0x9e37_79b1) >>> (32 - bits)) & mask;
    while (numbers[at] !== 0 && hashes[at] !== hash) at = (at + 1) & mask;
    return at;
  };
  const place = (row: number, hash: number): void => {
    const at = probe(hash);
    numbers[at] = row + 1;
    hashes[at] = hash;
  };
  const grow = (): void => {
    bits++;
    numbers = new Uint32Array(1 << bits);
    hashes = new Uint32Array(1 << bits);
    const old = columns;
    columns = createColumns(1 << (bits - 1));
    for (const field of ['hash', 'timestamp', 'host'] as const) columns[field].set(old[field]);
    for (let row = 0; row < used; row++) place(row, columns.hash[row] ?? 0);
  };
  const rowAt = (row: number): StoredRow | undefined => {
    const { [row]: hash = 0 } = columns.hash;
    const { [row]: timestamp = 0 } = columns.timestamp;
    const { [row]: host = NOBODY } = columns.host;
    return host === NOBODY ? undefined : { hash, timestamp, host };
  };
  const numberOf = (hash: number): number => (numbers[probe(hash)] ?? 0) - 1;

  return {
    put(hash, timestamp, host) {
      let row = numberOf(hash);
      if (row === -1) {
        if (used === columns.hash.length) grow();
        row = used++;
        columns.hash[row] = hash;
        place(row, hash);
      } else if (columns.host[row] === NOBODY) removed--;
      columns.timestamp[row] = timestamp;
      columns.host[row] = host;
    },
    remove(hash) {
      const row = numberOf(hash);
      if (row === -1 || columns.host[row] === NOBODY) return;
      columns.host[row] = NOBODY;
      removed++;
    },
    find(hash) {
      const row = numberOf(hash);
      return row === -1 ? undefined : rowAt(row);
    },
    *rows() {
      for (let row = 0; row < used; row++) {
        const found = rowAt(row);
        if (found !== undefined) yield found;
      }
    },
    count: () => used - removed,
  };
};
