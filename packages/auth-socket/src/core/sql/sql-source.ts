/** One `dovecot-sql.conf.ext`: its settings and its database, shared by the passdb and the userdb that name the file. */
import { asciiUpper } from '@homing/wire';
import { type DriverDeps, DriverError, type SqlDatabase } from '../passdb/driver-deps.ts';
import { readDriverFile } from './driver-file.ts';

export type SqlSource = {
  readonly passwordQuery: QuerySetting;
  readonly userQuery: QuerySetting;
  readonly iterateQuery: QuerySetting;
  readonly defaultScheme: string;
  readonly database: SqlDatabase;
} & AsyncDisposable;

export type QuerySetting = { readonly name: string; readonly text: string; readonly isDefault: boolean };

const DEFAULTS: Readonly<Record<string, string>> = {
  driver: '',
  connect: '',
  password_query: "SELECT username, domain, password FROM users WHERE username = '%n' AND domain = '%d'",
  user_query: "SELECT home, uid, gid FROM users WHERE username = '%n' AND domain = '%d'",
  update_query: "UPDATE users SET password = '%w' WHERE username = '%n' AND domain = '%d'",
  iterate_query: 'SELECT username, domain FROM users',
  default_pass_scheme: 'MD5',
  userdb_warning_disable: 'no',
};

const OTHER_DRIVERS = new Set(['mysql', 'pgsql', 'cassandra']);

export const sqlSourceOf = (path: string, deps: DriverDeps): SqlSource => {
  const known = deps.shared.databases.get(path);
  if (known !== undefined) return known;
  const source = openSource(path, deps);
  deps.shared.databases.set(path, source);
  return source;
};

const openSource = (path: string, deps: DriverDeps): SqlSource => {
  const file = readDriverFile(path, deps.files, (key) => Object.hasOwn(DEFAULTS, key));
  const value = (key: string): string => file.get(key) ?? DEFAULTS[key] ?? '';
  checkDriver(value('driver'), path);
  const connect = value('connect');
  if (connect === '') throw new DriverError(`sql: Error in configuration file ${path}: connect: Missing`);
  if (/\s\S*=/.test(connect)) {
    deps.log.warning('auth_sql_connect', { path }, `${path}: connect: For sqlite the whole value is the file's name`);
  }
  const query = (name: string): QuerySetting => ({ name, text: value(name), isDefault: !file.has(name) });
  const database = deps.openSqlite(connect);
  return {
    passwordQuery: query('password_query'),
    userQuery: query('user_query'),
    iterateQuery: query('iterate_query'),
    defaultScheme: asciiUpper(value('default_pass_scheme')),
    database,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
};

const checkDriver = (driver: string, path: string): void => {
  if (driver === '') throw new DriverError(`sql: driver not set in configuration file ${path}`);
  if (driver === 'sqlite') return;
  if (OTHER_DRIVERS.has(driver)) {
    throw new DriverError(`sql: driver '${driver}' is not available in this version (${path}); available: sqlite`);
  }
  throw new DriverError(`sql: Unknown database driver '${driver}'`);
};
