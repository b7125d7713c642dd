/**
 * The users of one tag in typed arrays, 19 bytes each, linked in the order of their last refresh. Records live in
 * segments, so growth never copies; a record keeps its number until it is freed.
 */

/** Number of a record. Valid until the record is freed, then used again. */
export type UserId = number;

/** No record: the end of the list, or a hash that is not there. */
export const NO_USER: UserId = 0xffff_ffff;

const SEGMENT_BITS = 12;
const SEGMENT_SIZE = 1 << SEGMENT_BITS;
const SEGMENT_MASK = SEGMENT_SIZE - 1;

export const BYTES_PER_RECORD = 19;

type Segment = {
  readonly hash: Uint32Array;
  /** Unix seconds of the last refresh. */
  readonly timestamp: Uint32Array;
  readonly host: Uint16Array;
  /** Bits, see `user-directory.ts`. */
  readonly flags: Uint8Array;
  readonly previous: Uint32Array;
  readonly next: Uint32Array;
};

const createSegment = (): Segment => ({
  hash: new Uint32Array(SEGMENT_SIZE),
  timestamp: new Uint32Array(SEGMENT_SIZE),
  host: new Uint16Array(SEGMENT_SIZE),
  flags: new Uint8Array(SEGMENT_SIZE),
  previous: new Uint32Array(SEGMENT_SIZE),
  next: new Uint32Array(SEGMENT_SIZE),
});

type NumberField = 'hash' | 'timestamp' | 'host' | 'flags' | 'previous' | 'next';

/** A switch and not `segment[field]`: where the field is a constant, this compiles to the load of that array. */
const columnOf = (segment: Segment, field: NumberField): Uint32Array | Uint16Array | Uint8Array => {
  switch (field) {
    case 'hash':
      return segment.hash;
    case 'timestamp':
      return segment.timestamp;
    case 'host':
      return segment.host;
    case 'flags':
      return segment.flags;
    case 'previous':
      return segment.previous;
    case 'next':
      return segment.next;
  }
};

export type UserRecords = {
  get(id: UserId, field: NumberField): number;
  set(id: UserId, field: 'timestamp' | 'host' | 'flags', value: number): void;
  /** Oldest refresh. */
  head(): UserId;
  tail(): UserId;
  /** A record at the end of the list. */
  append(hash: number, host: number, timestamp: number): UserId;
  moveToEnd(id: UserId): void;
  /** `NO_USER`: to the front. */
  moveBehind(id: UserId, other: UserId): void;
  free(id: UserId): void;
  bytes(): number;
};

export const createUserRecords = (): UserRecords => {
  let segments: Segment[] = [];
  let used = 0;
  let live = 0;
  /** Freed records, chained through `next`. */
  let freed = NO_USER;
  let head = NO_USER;
  let tail = NO_USER;

  const segmentOf = (id: UserId): Segment => {
    const segment = segments[id >>> SEGMENT_BITS];
    if (segment === undefined) throw new RangeError(`no user record ${id}`);
    return segment;
  };
  const read = (id: UserId, field: NumberField): number => columnOf(segmentOf(id), field)[id & SEGMENT_MASK] ?? 0;
  const write = (id: UserId, field: NumberField, value: number): void => {
    columnOf(segmentOf(id), field)[id & SEGMENT_MASK] = value;
  };

  const allocate = (): UserId => {
    if (freed !== NO_USER) {
      const id = freed;
      freed = read(id, 'next');
      return id;
    }
    if (used >>> SEGMENT_BITS === segments.length) segments.push(createSegment());
    return used++;
  };
  const linkBehind = (id: UserId, previous: UserId): void => {
    const next = previous === NO_USER ? head : read(previous, 'next');
    write(id, 'previous', previous);
    write(id, 'next', next);
    if (previous === NO_USER) head = id;
    else write(previous, 'next', id);
    if (next === NO_USER) tail = id;
    else write(next, 'previous', id);
  };
  const unlink = (id: UserId): void => {
    const previous = read(id, 'previous');
    const next = read(id, 'next');
    if (previous === NO_USER) head = next;
    else write(previous, 'next', next);
    if (next === NO_USER) tail = previous;
    else write(next, 'previous', previous);
  };

  return {
    get: read,
    set: write,
    head: () => head,
    tail: () => tail,
    append(hash, host, timestamp) {
      const id = allocate();
      write(id, 'hash', hash);
      write(id, 'timestamp', timestamp);
      write(id, 'host', host);
      write(id, 'flags', 0);
      linkBehind(id, tail);
      live++;
      return id;
    },
    moveToEnd(id) {
      if (id === tail) return;
      unlink(id);
      linkBehind(id, tail);
    },
    moveBehind(id, other) {
      unlink(id);
      linkBehind(id, other);
    },
    free(id) {
      unlink(id);
      write(id, 'next', freed);
      freed = id;
      if (--live > 0) return;
      segments = [];
      used = 0;
      freed = NO_USER;
    },
    bytes: () => segments.length * SEGMENT_SIZE * BYTES_PER_RECORD,
  };
};
