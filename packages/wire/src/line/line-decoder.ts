/**
 * Bytes in, whole lines out. The caller pushes what it read and pulls lines, so it can stop in between: for
 * backpressure, for STARTTLS, for the splice to a backend.
 */
import type { ByteString } from './bytes.ts';
import { WireError } from './errors.ts';

export type LineDecoder = {
  push(bytes: ByteString): void;
  /** The next whole line without its LF and without one CR before it, or undefined until more bytes come. */
  next(): ByteString | undefined;
  /** How many bytes are not handed out yet. STARTTLS refuses any. */
  pending(): number;
  /** Hands out everything not yet decoded, and forgets it: the splice forwards these bytes. */
  takeRest(): ByteString;
};

/** `maxLine`: bytes of a line without its LF; a longer one throws `WireError('line-too-long')` at the first byte over. */
export const createLineDecoder = (maxLine: number): LineDecoder => {
  let bytes = '';
  let start = 0;
  /** Where the search for LF goes on, so that a line that comes byte by byte is not scanned again each time. */
  let scanned = 0;

  return {
    push(chunk) {
      bytes = start === bytes.length ? chunk : bytes.slice(start) + chunk;
      scanned -= start;
      if (scanned < 0) scanned = 0;
      start = 0;
    },
    next() {
      const end = bytes.indexOf('\n', scanned);
      if ((end === -1 ? bytes.length : end) - start > maxLine) {
        throw new WireError('line-too-long', `line is longer than ${maxLine} bytes`);
      }
      if (end === -1) {
        scanned = bytes.length;
        return undefined;
      }
      const lineEnd = end > start && bytes.charCodeAt(end - 1) === 0x0d ? end - 1 : end;
      const line = bytes.slice(start, lineEnd);
      start = end + 1;
      scanned = start;
      return line;
    },
    pending: () => bytes.length - start,
    takeRest() {
      const rest = bytes.slice(start);
      bytes = '';
      start = 0;
      scanned = 0;
      return rest;
    },
  };
};
