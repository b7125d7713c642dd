/**
 * Payload of a `users` block, 12 bytes a user: hash, Unix seconds of the last refresh, slot of the mail host; of a
 * `removed` block: the tag, tab-escaped, and a 0 byte, then 4 bytes a user: hash.
 */
import { type ByteString, escapeTab, unescapeTab } from '@homing/wire';

const ROW_BYTES = 12;
const HASH_BYTES = 4;

/** Users in one block: a slice of work that no login notices. */
export const ROWS_PER_BLOCK = 4096;

export type UserRows = {
  add(hash: number, timestamp: number, slot: number): void;
  count(): number;
  /** Valid until the next `add`. */
  bytes(): Uint8Array;
  clear(): void;
};

/** Room for one block. */
export const createUserRows = (): UserRows => {
  const bytes = new Uint8Array(ROWS_PER_BLOCK * ROW_BYTES);
  const view = new DataView(bytes.buffer);
  let length = 0;
  return {
    add(hash, timestamp, slot) {
      view.setUint32(length, hash, true);
      view.setUint32(length + 4, timestamp, true);
      view.setUint32(length + 8, slot, true);
      length += ROW_BYTES;
    },
    count: () => length / ROW_BYTES,
    bytes: () => bytes.subarray(0, length),
    clear() {
      length = 0;
    },
  };
};

/** False if these are no rows; some of them may have been told of. */
export const readUserRows = (
  payload: Uint8Array,
  onRow: (hash: number, timestamp: number, slot: number) => boolean,
): boolean => {
  if (payload.length % ROW_BYTES !== 0) return false;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  for (let at = 0; at < payload.length; at += ROW_BYTES) {
    if (!onRow(view.getUint32(at, true), view.getUint32(at + 4, true), view.getUint32(at + 8, true))) return false;
  }
  return true;
};

export const encodeRemoved = (tag: ByteString, hashes: readonly number[]): Uint8Array => {
  const name = Buffer.from(escapeTab(tag), 'latin1');
  const start = name.length + 1;
  const bytes = new Uint8Array(start + hashes.length * HASH_BYTES);
  bytes.set(name);
  const view = new DataView(bytes.buffer);
  for (const [i, hash] of hashes.entries()) view.setUint32(start + i * HASH_BYTES, hash, true);
  return bytes;
};

/** Undefined if these are none. */
export const readRemoved = (payload: Uint8Array): { tag: ByteString; hashes: number[] } | undefined => {
  const end = payload.indexOf(0);
  const start = end + 1;
  if (end === -1 || (payload.length - start) % HASH_BYTES !== 0) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return {
    tag: unescapeTab(Buffer.from(payload.subarray(0, end)).toString('latin1')),
    hashes: Array.from({ length: (payload.length - start) / HASH_BYTES }, (_, i) =>
      view.getUint32(start + i * HASH_BYTES, true),
    ),
  };
};
