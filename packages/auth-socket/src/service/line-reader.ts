/** Lines of a connection, up to a peer's limit, and a way to stop in the middle of a read. */
import { type ByteString, createLineDecoder, WireError } from '@homing/wire';

export type LineReader = {
  /**
   * Hands each whole line to `take` until it returns false or no line is left. False if the peer sent `maxLine` bytes
   * without an LF, one more than which Dovecot's buffer does not hold.
   */
  readonly read: (bytes: ByteString, take: (line: ByteString) => boolean) => boolean;
};

/** `maxLine`: bytes of a line, LF included. */
export const createLineReader = (maxLine: number): LineReader => {
  const decoder = createLineDecoder(maxLine);
  return {
    read(bytes, take) {
      decoder.push(bytes);
      try {
        for (let line = decoder.next(); line !== undefined; line = decoder.next()) {
          if (line.length >= maxLine) return false;
          if (!take(line)) return true;
        }
        return true;
      } catch (error) {
        if (error instanceof WireError && error.code === 'line-too-long') return false;
        throw error;
      }
    },
  };
};
