/** A SQLite file as the drivers see it: read-only, in a thread of its own. */
import { createRequire } from 'node:module';
import { DriverError, type SqlDatabase } from '../../core/passdb/driver-deps.ts';
import { createAborting } from './aborting.ts';
import { createSqliteThread } from './sqlite-thread.ts';

/** As Dovecot: auth workers give up after a minute, SQLite waits a second for a lock. */
const QUERY_TIMEOUT_MS = 60_000;
const BUSY_TIMEOUT_MS = 1000;
const MAX_WAITING = 10_000;

/** Throws DriverError if better-sqlite3 is not installed. */
export const openSqlite = (path: string): SqlDatabase => {
  requirePackage('better-sqlite3');
  const thread = createSqliteThread({
    path,
    busyTimeoutMs: BUSY_TIMEOUT_MS,
    queryTimeoutMs: QUERY_TIMEOUT_MS,
    maxWaiting: MAX_WAITING,
  });
  const unlessAborted = createAborting();
  let lastId = 0;
  return {
    query(sql, parameters, limit, signal) {
      signal.throwIfAborted();
      return unlessAborted(thread.ask({ do: 'query', id: ++lastId, sql, parameters, limit }), signal);
    },
    async *stream(sql, parameters, signal) {
      const id = ++lastId;
      try {
        let rows = await unlessAborted(thread.ask({ do: 'stream', id, sql, parameters }), signal);
        while (rows.length > 0) {
          yield rows;
          rows = await unlessAborted(thread.ask({ do: 'next', id }), signal);
        }
      } finally {
        await thread.ask({ do: 'stop', id });
      }
    },
    [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose](),
  };
};

const requirePackage = (name: string): void => {
  try {
    createRequire(import.meta.url).resolve(name);
  } catch {
    throw new DriverError(`sql: driver 'sqlite' needs the package ${name}, which is not installed`);
  }
};
