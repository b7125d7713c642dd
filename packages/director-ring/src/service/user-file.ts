/**
 * The journal of users on disk: changes at its end, and now and then a new file that has each user once. Whatever fails
 * is tried again, and nothing is forgotten meanwhile: the core marks who changed, once.
 */

import { encodeBlock } from '../core/state/block.ts';
import type { Snapshot, UserJournal } from '../core/state/user-journal.ts';
import { continueFile, createFile, type GrowingFile, removeFile } from './state-file.ts';

export type UserFile = {
  /**
   * Writes what changed; false if a new file is needed but not tried yet. Rejects with the file system's error. One call
   * at a time.
   */
  write(): Promise<boolean>;
  /** What is on disk is wrong: the next `write` begins a new file. */
  startAnew(): void;
  /** The last words of an orderly run. */
  close(): Promise<boolean>;
  /** Ends the filling of a new file; the old one stays. */
  abort(): void;
};

export type UserFileOptions = {
  readonly path: string;
  readonly journal: UserJournal;
  /** Length of the journal that is there and goes on; undefined: a new one. */
  readonly size: number | undefined;
  /** Bytes of a new file, about. */
  readonly newSize: () => number;
  /** False as long as the file has users that the director has not. */
  readonly mayStartAnew: () => boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
};

/** Below this a file is never too long. */
const SMALL_BYTES = 256 << 10;

/** While a new file is filled, changes go to both files, this often. */
const CHANGES_MS = 1000;

/** After a new file could not be filled. */
const RETRY_MS = 30_000;

export const createUserFile = (options: UserFileOptions): UserFile => {
  const { path, journal, newSize, now } = options;
  let size = options.size;
  let file: GrowingFile | undefined;
  /** Taken from the journal, but not in `file`. */
  let unsent: Uint8Array | undefined;
  let retryAt = 0;
  let isAborted = false;

  const time = (): number => Math.floor(now() / 1000);
  const writeChanges = async (next: GrowingFile | undefined): Promise<void> => {
    let isWritten = false;
    for (let bytes = unsent ?? journal.changes(time()); bytes !== undefined; bytes = journal.changes(time())) {
      unsent = bytes;
      await file?.append(bytes);
      unsent = undefined;
      await next?.append(bytes);
      isWritten = true;
    }
    if (isWritten) await file?.sync();
  };
  const startAnew = async (): Promise<void> => {
    retryAt = now() + RETRY_MS;
    isAborted = false;
    // What was meant for a file that is no more would be older than what the new one gets.
    if (file === undefined) unsent = undefined;
    const next = await createFile(`${path}.new`);
    try {
      await fill(next, journal.snapshot(file === undefined), now, async () => {
        if (isAborted) throw new Error('aborted');
        await writeChanges(next);
      });
      await next.renameTo(path);
    } catch (error) {
      await next.close();
      await removeFile(`${path}.new`);
      if (isAborted) return;
      throw error;
    }
    retryAt = 0;
    await file?.close();
    file = next;
  };
  const isTooLong = (): boolean => file !== undefined && file.size() > 2 * Math.max(SMALL_BYTES, newSize());

  const open = async (): Promise<void> => {
    if (file !== undefined || size === undefined) return;
    const known = size;
    // If it cannot be opened any more, there will be a new one.
    size = undefined;
    file = await continueFile(path, known);
  };

  return {
    async write() {
      await open();
      if (file !== undefined) await writeChanges(undefined);
      if ((file !== undefined && !isTooLong()) || !options.mayStartAnew()) return true;
      if (now() < retryAt) return false;
      await startAnew();
      return true;
    },
    startAnew() {
      const old = file;
      file = undefined;
      size = undefined;
      retryAt = 0;
      old?.close().catch(() => {});
    },
    async close() {
      await open();
      if (file !== undefined) await writeChanges(undefined);
      else if (options.mayStartAnew()) await startAnew();
      await file?.append(encodeBlock({ kind: 'closed', time: time(), payload: new Uint8Array() }));
      await file?.sync();
      await file?.close();
      file = undefined;
      return true;
    },
    abort() {
      isAborted = true;
    },
  };
};

/** All users. `onPause`: about once a second. */
const fill = async (
  next: GrowingFile,
  snapshot: Snapshot,
  now: () => number,
  onPause: () => Promise<void>,
): Promise<void> => {
  const time = (): number => Math.floor(now() / 1000);
  let pauseAt = now() + CHANGES_MS;
  try {
    for (let bytes = snapshot.next(time()); bytes !== undefined; bytes = snapshot.next(time())) {
      await next.append(bytes);
      if (now() < pauseAt) continue;
      await onPause();
      pauseAt = now() + CHANGES_MS;
    }
  } finally {
    snapshot.close();
  }
};
