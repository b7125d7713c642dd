/**
 * A fifo that is read line by line by whoever gives it a reader. Opened for reading and writing, so that it never ends
 * when the last writer closes; without a reader, writers would block (spec of proxy-notify).
 */
import { closeSync, constants, lstatSync, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { checked, libc } from '../system/libc.ts';
import { applyOwner, isJustMade, withMadeFile } from './made-file.ts';
import { type FileOwner, makeParent, reason, SocketPathError } from './socket-path.ts';

/** Until owner and mode are right nobody else may open it. */
const OWNER_ONLY = 0o600;

/** Replaces a fifo that is there, as Dovecot does: two readers cannot share one anyway. */
export const openFifo = (path: string, owner: FileOwner): Socket => {
  makeParent(path);
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there !== undefined && !there.isFIFO()) throw new SocketPathError(path, `${path} exists and is not a fifo`);
  if (there !== undefined) unlinkSync(path);
  try {
    checked('mkfifo', libc().mkfifo(path, OWNER_ONLY), path);
  } catch (error) {
    throw new SocketPathError(path, error instanceof Error ? error.message : String(error));
  }
  return withMadeFile(
    path,
    (file) => file.isFIFO() && isJustMade(file),
    (self, file) => {
      applyOwner(path, self, file, owner);
      return readFifo(path, self);
    },
  );
};

const readFifo = (path: string, self: string): Socket => {
  let fd: number;
  try {
    fd = openSync(self, constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    throw new SocketPathError(path, `open(${path}) failed: ${reason(error)}`);
  }
  try {
    return new Socket({ fd, readable: true, writable: false });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};
