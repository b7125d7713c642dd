/**
 * A fifo that is read line by line by whoever gives it a reader. Opened for reading and writing, so that it never ends
 * when the last writer closes; without a reader, writers would block (spec of proxy-notify).
 */
import { constants, lstatSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { checked, libc } from '../system/libc.ts';
import { applyOwner, isJustMade, withMadeFile } from './made-file.ts';
import { type FileOwner, makeParent, SocketPathError } from './socket-path.ts';

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

/** Linux; Node has no constant for it. */
const O_CLOEXEC = 0o2000000;

/**
 * Not through `fs.openSync`: from here on the descriptor is the socket's, but a worker thread of Node's keeps a list of
 * what `fs` opened and closes all of it when it ends, whoever has that number by then. (The servers open fifos in the
 * master's main thread, where there is no such list.)
 */
const readFifo = (path: string, self: string): Socket => {
  const { open, close } = libc();
  let fd: number;
  try {
    fd = checked('open', open(self, constants.O_RDWR | constants.O_NONBLOCK | O_CLOEXEC), path);
  } catch (error) {
    throw new SocketPathError(path, (error as Error).message);
  }
  try {
    return new Socket({ fd, readable: true, writable: false });
  } catch (error) {
    close(fd);
    throw error;
  }
};
