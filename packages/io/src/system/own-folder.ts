/** A folder for files of ours alone, inside one that belongs to root: made as root, used after root was given up. */
import { closeSync, constants, fchmodSync, fchownSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../socket/connect-error.ts';
import { libc } from './libc.ts';

const MODE = 0o700;

const LOCK_EX_NB = 2 | 4;

/** Makes it if need be, and gives it to its owner. Throws the file system's error. */
export const makeOwnFolder = (path: string, owner: { uid: number; gid: number } | undefined): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  try {
    mkdirSync(path, { mode: MODE });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  const fd = openFolder(path);
  try {
    const folder = fstatSync(fd);
    if (owner !== undefined && (folder.uid !== owner.uid || folder.gid !== owner.gid)) {
      fchownSync(fd, owner.uid, owner.gid);
    }
    if ((folder.mode & 0o7777) !== MODE) fchmodSync(fd, MODE);
  } finally {
    closeSync(fd);
  }
};

/** The folder is ours until the process ends or `release`; undefined if another process has it. */
export const lockFolder = (path: string): { release(): void } | undefined => {
  const fd = openFolder(path);
  if (libc().flock(fd, LOCK_EX_NB) === 0) return { release: () => closeSync(fd) };
  closeSync(fd);
  return undefined;
};

const openFolder = (path: string): number =>
  openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
