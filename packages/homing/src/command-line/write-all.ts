/**
 * A tool's output, written as it is made: all of it is out before the process ends. A pipe may take less than it is
 * given, and one that somebody made non-blocking (a shell's, shared with another program) may take nothing for a while.
 */
import { writeSync } from 'node:fs';

const RETRY_MS = 5;

/**
 * What nobody reads any more (`homeadm ... | head -1`) is dropped: the command does its work to the end, and its exit
 * status tells of that, as Dovecot's tools have it.
 * @param bytes latin1
 */
export const writeAll = (fd: number, bytes: string): void => {
  const rest = Buffer.from(bytes, 'latin1');
  for (let done = 0; done < rest.length; ) done += writeSome(fd, rest.subarray(done));
};

/** How many of the bytes are done with. */
const writeSome = (fd: number, bytes: Uint8Array): number => {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE') return bytes.length;
    if (code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    return 0;
  }
};
