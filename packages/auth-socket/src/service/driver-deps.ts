/** Gives the drivers the real files, users, groups, clock and databases. */
import { globSync, readFileSync, statSync } from 'node:fs';
import { createTurnClock, errnoText, errorCode, type Log, lookupGroup, lookupUser } from '@homing/io';
import type { DriverDeps, DriverFiles } from '../core/passdb/driver-deps.ts';
import { openSqlite } from './sql/sqlite-database.ts';

/** One for each auth server: its drivers share files and databases through it. */
export const createDriverDeps = (log: Log): DriverDeps => ({
  files: systemFiles,
  now: Date.now,
  turnTime: createTurnClock(Date.now),
  log,
  openSqlite: (path) => openSqlite(path),
  uidOf: (name) => lookupUser(name)?.uid,
  gidOf: lookupGroup,
  shared: { passwdFiles: new Map(), databases: new Map() },
});

const systemFiles: DriverFiles = {
  stat: (path) =>
    inWords(() => {
      const { mtimeMs, size, ino } = statSync(path);
      return { mtimeMs, size, inode: ino };
    }),
  read: (path) => inWords(() => readFileSync(path, 'latin1')),
  glob: (pattern) => globSync(pattern).sort(),
};

/** Errors read as strerror(3) has them, not as Node's. */
const inWords = <T>(call: () => T): T => {
  try {
    return call();
  } catch (error) {
    const code = errorCode(error);
    throw Object.assign(new Error(errnoText(code), { cause: error }), { code });
  }
};
