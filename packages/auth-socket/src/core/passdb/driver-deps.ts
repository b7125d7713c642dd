/** What drivers need from outside, so that they stay free of files, threads and clocks. */
import type { Log } from '@homing/io';
import type { ByteString } from '@homing/wire';
import type { PasswdFiles } from '../passwd-file/passwd-files.ts';
import type { SqlSource } from '../sql/sql-source.ts';

/** Seconds and bytes as Dovecot compares them; `inode` catches a file replaced within the same second. */
export type FileStamp = { readonly mtimeMs: number; readonly size: number; readonly inode: number };

/** Synchronous on purpose: a passwd-file is looked at once a second at most, and the answer is wanted in this turn. */
export type DriverFiles = {
  /** Throws the system's error (`code` ENOENT, EACCES ...). */
  stat(path: string): FileStamp;
  /** The whole file as bytes; throws like `stat`. */
  read(path: string): ByteString;
  /** Paths that match a shell pattern, sorted; a pattern without wildcards yields itself if it exists. */
  glob(pattern: string): readonly string[];
};

/** A column's name and its value as bytes; null is SQL's NULL. */
export type SqlRow = readonly (readonly [column: ByteString, value: ByteString | null])[];

/** Rejections carry the database's own text. A connection that was lost is opened again by the next query. */
export type SqlDatabase = {
  /** At most `limit` rows. Rejects when `signal` aborts or the query takes too long. */
  query(sql: string, parameters: readonly ByteString[], limit: number, signal: AbortSignal): Promise<readonly SqlRow[]>;
  /** Rows as they come, in batches. */
  stream(sql: string, parameters: readonly ByteString[], signal: AbortSignal): AsyncIterable<readonly SqlRow[]>;
} & AsyncDisposable;

export type DriverDeps = {
  readonly files: DriverFiles;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** When this turn of the event loop began: for what every request asks. */
  readonly turnTime: () => number;
  readonly log: Log;
  /** Opens nothing yet: the first query does. Throws DriverError if the package that speaks SQLite is not installed. */
  readonly openSqlite: (path: string) => SqlDatabase;
  /** User and group numbers by name; undefined if there is none. */
  readonly uidOf: (name: string) => number | undefined;
  readonly gidOf: (name: string) => number | undefined;
  /** Files and databases that several drivers of this server name; one object for all of them. */
  readonly shared: SharedSources;
};

/** One passwd-file or database is opened once, however many passdbs and userdbs name it. */
export type SharedSources = {
  readonly passwdFiles: Map<string, PasswdFiles>;
  readonly databases: Map<string, SqlSource>;
};

/** As in `passdb { }` and `userdb { }`; the configuration's own type has more members. */
export type DriverSettings = {
  readonly driver: string;
  readonly args: string;
};

/** `isOnly`: this is the one userdb there is, so nobody else will answer (Dovecot's warnings depend on it). */
export type UserdbSettings = DriverSettings & { readonly isOnly?: boolean };

/** The administrator's mistake in a driver's settings: refuse to start. `message` is Dovecot's text. */
export class DriverError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DriverError';
  }
}
