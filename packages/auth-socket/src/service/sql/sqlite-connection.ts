/**
 * The database file inside the thread: opened read-only by the first query, opened again after an error that a
 * connection does not survive and when the file was replaced by another one.
 */
import { statSync } from 'node:fs';
import { type ByteString, bytesFromText, textFromBytes } from '@homing/wire';
import Database from 'better-sqlite3';
import type { SqlRow } from '../../core/passdb/driver-deps.ts';
import { realText } from './real-text.ts';
import type { SqliteThreadData } from './sqlite-messages.ts';

type Connection = Database.Database;
type Prepared = { statement: Database.Statement; columns: readonly ByteString[] };

export type SqliteConnection = {
  query(sql: ByteString, parameters: readonly ByteString[], limit: number): SqlRow[];
  /** Has a connection of its own, because an unfinished statement keeps a connection busy. */
  stream(sql: ByteString, parameters: readonly ByteString[], batch: number): Generator<SqlRow[]>;
};

const MAX_STATEMENTS = 100;
const SECOND_MS = 1000;

export const createSqliteConnection = (options: SqliteThreadData): SqliteConnection => {
  let open: { connection: Connection; identity: string; statements: Map<ByteString, Prepared> } | undefined;
  let checkedAt = 0;

  const close = (): void => {
    open?.connection.close();
    open = undefined;
  };
  const current = () => {
    const second = Math.floor(Date.now() / SECOND_MS);
    if (open !== undefined && second !== checkedAt && identityOf(options.path) !== open.identity) close();
    checkedAt = second;
    open ??= { connection: connect(options), identity: identityOf(options.path), statements: new Map() };
    return open;
  };
  const prepared = (sql: ByteString): Prepared => {
    const { connection, statements } = current();
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const fresh = prepare(connection, sql);
    if (statements.size >= MAX_STATEMENTS) statements.clear();
    statements.set(sql, fresh);
    return fresh;
  };
  return {
    query(sql, parameters, limit) {
      try {
        const rows: SqlRow[] = [];
        for (const row of rowsOf(prepared(sql), parameters)) {
          rows.push(row);
          if (rows.length === limit) break;
        }
        return rows;
      } catch (error) {
        if (!isHarmless(error)) close();
        throw error;
      }
    },
    *stream(sql, parameters, batch) {
      const connection = connect(options);
      try {
        let rows: SqlRow[] = [];
        for (const row of rowsOf(prepare(connection, sql), parameters)) {
          if (rows.push(row) < batch) continue;
          yield rows;
          rows = [];
        }
        if (rows.length > 0) yield rows;
      } finally {
        connection.close();
      }
    },
  };
};

/** Errors of the query or of the moment; anything else may mean that the file behind the connection is gone. */
const isHarmless = (error: unknown): boolean => {
  const { code = '' } = error as { code?: string };
  return code === 'SQLITE_ERROR' || code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED');
};

const connect = ({ path, busyTimeoutMs }: SqliteThreadData): Connection => {
  try {
    return new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
  } catch (error) {
    throw new Error(`Not connected to database: open(${path}) failed: ${(error as Error).message}`, { cause: error });
  }
};

const identityOf = (path: string): string => {
  const { dev, ino } = statSync(path, { throwIfNoEntry: false }) ?? { dev: 0, ino: 0 };
  return `${dev}:${ino}`;
};

const prepare = (connection: Connection, sql: ByteString): Prepared => {
  const statement = connection.prepare(textFromBytes(sql));
  if (!statement.reader) throw new Error('query returns no columns');
  const columns = statement.columns().map(({ name }) => bytesFromText(name));
  return { statement: statement.raw(true).safeIntegers(true), columns };
};

function* rowsOf({ statement, columns }: Prepared, parameters: readonly ByteString[]): Generator<SqlRow> {
  for (const values of statement.iterate(...parameters.map(textFromBytes))) {
    yield columns.map((name, i) => [name, toBytes((values as readonly unknown[])[i])] as const);
  }
}

/** As sqlite3_column_text() shows it. */
const toBytes = (value: unknown): ByteString | null => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return bytesFromText(value);
  if (typeof value === 'number') return realText(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  return typeof value === 'bigint' ? value.toString() : null;
};
