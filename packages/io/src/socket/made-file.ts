/**
 * A socket or fifo of ours, held by a descriptor while it gets its owner. The folder may belong to somebody else
 * (`login/sidecar`), and there the name may mean another file by now: a link to `/etc/shadow`, which root must neither
 * give away nor open.
 */
import { chmodSync, chownSync, closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { type FileOwner, reason, SocketPathError } from './socket-path.ts';

/** Neither reads nor writes, but names one file for good (Linux; Node has no constant for it). */
const O_PATH = 0o10000000;

/** `use` gets a path that means this file whatever happens to its name. Throws if it is not ours. */
export const withMadeFile = <Result>(
  path: string,
  isOurs: (file: Stats) => boolean,
  use: (self: string, file: Stats) => Result,
): Result => {
  const fd = openSync(path, O_PATH | constants.O_NOFOLLOW);
  try {
    const file = fstatSync(fd);
    if (!isOurs(file)) throw new SocketPathError(path, `${path} was replaced by somebody`);
    return use(`/proc/self/fd/${fd}`, file);
  } finally {
    closeSync(fd);
  }
};

/** For `isOurs` right after bind() or mkfifo(). A second name would mean that it was somewhere else before. */
export const isJustMade = (file: Stats): boolean => file.uid === process.geteuid?.() && file.nlink === 1;

/** Within `withMadeFile`. Throws with Dovecot's text when we may not. */
export const applyOwner = (path: string, self: string, file: Stats, { mode, uid, gid }: FileOwner): void => {
  const [wantUid, wantGid] = [uid ?? file.uid, gid ?? file.gid];
  if (wantUid !== file.uid || wantGid !== file.gid) {
    attempt(path, `chown(${path}, ${wantUid}, ${wantGid})`, () => chownSync(self, wantUid, wantGid));
  }
  if ((file.mode & 0o777) !== mode) attempt(path, `chmod(${path}, 0${mode.toString(8)})`, () => chmodSync(self, mode));
};

const attempt = (path: string, call: string, step: () => void): void => {
  try {
    step();
  } catch (error) {
    throw new SocketPathError(path, `${call} failed: ${reason(error)}`);
  }
};
