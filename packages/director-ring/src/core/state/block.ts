/**
 * The journal of users is a row of blocks, each with its own checksum. All numbers are little-endian.
 *
 *     0  CRC-32 of everything behind it
 *     4  payload bytes
 *     8  Unix seconds of writing
 *     12 kind
 *     16 payload
 *
 * `start` begins a file, `hosts` says which slot means which mail host from here on, `users` puts users on them,
 * `removed` takes users away, `closed` ends an orderly run.
 */
import { crc32 } from 'node:zlib';

const KINDS = ['start', 'hosts', 'users', 'removed', 'closed'] as const;

export type BlockKind = (typeof KINDS)[number];

export type Block = { readonly kind: BlockKind; readonly time: number; readonly payload: Uint8Array };

const HEADER_BYTES = 16;

/** Longer ones are damaged. A `hosts` block of all slots has to be cut in pieces. */
export const MAX_PAYLOAD_BYTES = 65_536;

export const encodeBlock = ({ kind, time, payload }: Block): Uint8Array => {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  bytes.set(payload, HEADER_BYTES);
  const view = viewOf(bytes);
  view.setUint32(4, payload.length, true);
  view.setUint32(8, time, true);
  // 0 is no kind: a file that a crash has filled up with zeros has none.
  view.setUint32(12, KINDS.indexOf(kind) + 1, true);
  view.setUint32(0, crc32(bytes.subarray(4)), true);
  return bytes;
};

export type BlockRead =
  | { read: 'block'; block: Block }
  /** The next bytes are wanted; at the end of the file: it was cut off, unless `size` is all there is. */
  | { read: 'more' }
  | { read: 'damaged' };

export type BlockReader = {
  push(bytes: Uint8Array): void;
  next(): BlockRead;
  /** Bytes of the blocks that were read. */
  size(): number;
};

export const createBlockReader = (): BlockReader => {
  let bytes: Uint8Array = new Uint8Array();
  let size = 0;
  return {
    push(more) {
      bytes = bytes.length === 0 ? more : Buffer.concat([bytes, more]);
    },
    next() {
      if (bytes.length < HEADER_BYTES) return { read: 'more' };
      const view = viewOf(bytes);
      const length = view.getUint32(4, true);
      const kind = KINDS[view.getUint32(12, true) - 1];
      if (kind === undefined || length > MAX_PAYLOAD_BYTES) return { read: 'damaged' };
      const end = HEADER_BYTES + length;
      if (bytes.length < end) return { read: 'more' };
      if (view.getUint32(0, true) !== crc32(bytes.subarray(4, end))) return { read: 'damaged' };
      const block = { kind, time: view.getUint32(8, true), payload: bytes.subarray(HEADER_BYTES, end) };
      bytes = bytes.subarray(end);
      size += end;
      return { read: 'block', block };
    },
    size: () => size,
  };
};

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
