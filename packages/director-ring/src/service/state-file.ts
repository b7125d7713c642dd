/** A file that only grows, and whole files that replace others: after a crash there is the old one or the new one. */
import { constants } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '@homing/io';

export type GrowingFile = {
  /** Rejects, and is as long as before, if it could not be written whole. */
  append(bytes: Uint8Array): Promise<void>;
  /** To the disk. */
  sync(): Promise<void>;
  size(): number;
  /** To take the place of another. */
  renameTo(path: string): Promise<void>;
  close(): Promise<void>;
};

/** Never through a link that somebody put there; never waiting for the other end of a fifo. */
const SAFE = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** For its owner alone. Replaces what is there. */
export const createFile = async (path: string): Promise<GrowingFile> => {
  await removeFile(path);
  return growing(path, await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | SAFE, 0o600), 0);
};

/** What is behind `size` is cut off. */
export const continueFile = async (path: string, size: number): Promise<GrowingFile> => {
  const handle = await open(path, constants.O_RDWR | SAFE);
  try {
    await handle.truncate(size);
    return growing(path, handle, size);
  } catch (error) {
    await handle.close();
    throw error;
  }
};

/** The whole file, written and synced before it takes its place. */
export const replaceFile = async (path: string, bytes: Uint8Array): Promise<void> => {
  const file = await createFile(`${path}.new`);
  try {
    await file.append(bytes);
    await file.renameTo(path);
  } finally {
    await file.close();
  }
};

/** Undefined when there is none. Rejects with the reason if it is not a plain file or not readable. */
export const openToRead = async (path: string): Promise<FileHandle | undefined> => {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | SAFE);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new Error(`${path} is not a file`);
};

/** Whether there is one or not. */
export const removeFile = async (path: string): Promise<void> => {
  try {
    await unlink(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
};

const syncFolder = async (path: string): Promise<void> => {
  await using folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  await folder.sync();
};

const growing = (path: string, handle: FileHandle, start: number): GrowingFile => {
  let size = start;
  const writeAll = async (bytes: Uint8Array): Promise<void> => {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, size + done);
      done += bytesWritten;
    }
  };
  return {
    async append(bytes) {
      try {
        await writeAll(bytes);
      } catch (error) {
        // The next try overwrites it anyway; this is for whoever reads it before.
        await handle.truncate(size).catch(() => {});
        throw error;
      }
      size += bytes.length;
    },
    sync: () => handle.datasync(),
    size: () => size,
    async renameTo(target) {
      await handle.sync();
      await rename(path, target);
      // If not, a power failure may bring the old file back, which is whole too.
      await syncFolder(dirname(target)).catch(() => {});
    },
    close: () => handle.close(),
  };
};
