/**
 * One passwd-file, parsed once and looked at again at most once a second: if its time, size or inode changed it is read
 * anew as a whole. That a file is gone is told apart from any other trouble.
 */
import type { DriverDeps, FileStamp } from '../passdb/driver-deps.ts';
import { type PasswdTable, parsePasswdFile } from './passwd-table.ts';

export type PasswdFile = {
  readonly path: string;
  /** The users now; synchronous, because this is the hot path. */
  current(): PasswdState;
  /** A userdb reads the file too: from the next look on its uids and gids must be valid. */
  readAgain(): void;
};

export type PasswdState =
  | { at: 'loaded'; users: PasswdTable }
  | { at: 'missing'; reason: string }
  | { at: 'failed'; cause: Error };

export type PasswdFileContext = Pick<DriverDeps, 'files' | 'now' | 'turnTime' | 'log' | 'uidOf' | 'gidOf'> & {
  readonly asUserdb: () => boolean;
  readonly warnMissingUserdb: () => boolean;
};

const SECOND_MS = 1000;
const SLOW_START_MS = 60_000;
const SLOW_RELOAD_MS = 10_000;

export const createPasswdFile = (path: string, context: PasswdFileContext): PasswdFile => {
  let loaded: { stamp: FileStamp; users: PasswdTable } | undefined;
  let state: PasswdState | undefined;
  let lookedAt = 0;

  const look = (): PasswdState => {
    try {
      const stamp = context.files.stat(path);
      if (loaded === undefined || !isSame(loaded.stamp, stamp)) {
        loaded = { stamp, users: readTable(path, context, loaded === undefined) };
      }
      return { at: 'loaded', users: loaded.users };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return { at: 'missing', reason: `missing passwd file: ${path}` };
      return { at: 'failed', cause: new Error(`open(${path}) failed: ${message}`) };
    }
  };
  return {
    path,
    current() {
      const second = Math.floor(context.turnTime() / SECOND_MS);
      if (state === undefined || second !== lookedAt) {
        lookedAt = second;
        state = look();
      }
      return state;
    },
    readAgain() {
      loaded = undefined;
      state = undefined;
    },
  };
};

const isSame = (a: FileStamp, b: FileStamp): boolean =>
  a.mtimeMs === b.mtimeMs && a.size === b.size && a.inode === b.inode;

const readTable = (path: string, context: PasswdFileContext, isStart: boolean): PasswdTable => {
  const { log, now } = context;
  const start = now();
  const lines = { ...context, asUserdb: context.asUserdb(), warnMissingUserdb: context.warnMissingUserdb() };
  const users = parsePasswdFile(context.files.read(path), lines, (line, text) =>
    log.error('auth_passwd_file_line', { path, line }, `passwd-file ${path}:${line}: ${text}`),
  );
  const took = now() - start;
  const seconds = Math.floor(took / SECOND_MS);
  const fields = { path, users: users.size };
  if (took > (isStart ? SLOW_START_MS : SLOW_RELOAD_MS)) {
    log.warning(
      'auth_passwd_file_slow',
      fields,
      `passwd-file ${path}: Reading ${users.size} users took ${seconds} secs`,
    );
  } else if (log.debugEnabled()) {
    log.debug('auth_passwd_file_read', fields, `passwd-file ${path}: Read ${users.size} users in ${seconds} secs`);
  }
  return users;
};
