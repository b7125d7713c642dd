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

/**
 * Replaces a fifo that is there, as Dovecot does: two readers cannot share one anyway. One that a reader left behind when
 * it was killed is opened once more: login processes may wait inside open() for a reader, with all their clients, and
 * would for ever, since nobody else will open a file without a name. They see it closed again, and then open the new one.
 */
export const openFifo = (path: string, owner: FileOwner): Socket => {
  makeParent(path);
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there !== undefined && !there.isFIFO()) throw new SocketPathError(path, `${path} exists and is not a fifo`);
  const old = there === undefined ? undefined : openToReplace(path);
  try {
    return makeFifo(path, owner);
  } finally {
    if (old !== undefined) libc().close(old);
  }
};

/** Removes it, and gives whoever waits for its reader one until the descriptor is closed. */
const openToReplace = (path: string): number => {
  const fd = withMadeFile(
    path,
    (file) => file.isFIFO(),
    (self) => openForBoth(path, self),
  );
  unlinkSync(path);
  return fd;
};

const makeFifo = (path: string, owner: FileOwner): Socket => {
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
  const fd = openForBoth(path, self);
  try {
    return new Socket({ fd, readable: true, writable: false });
  } catch (error) {
    libc().close(fd);
    throw error;
  }
};

const openForBoth = (path: string, self: string): number => {
  try {
    return checked('open', libc().open(self, constants.O_RDWR | constants.O_NONBLOCK | O_CLOEXEC), path);
  } catch (error) {
    throw new SocketPathError(path, (error as Error).message);
  }
};
