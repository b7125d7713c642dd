/** `driver = sql`, `args = /path/dovecot-sql.conf.ext`: columns of the one row are the fields (auth.md 8.3). */

import { TemplateError } from '@homing/config';
import type { ByteString } from '@homing/wire';
import { compileQuery, hasBareVariables } from '../sql/sql-query.ts';
import { sqlSourceOf } from '../sql/sql-source.ts';
import type { DriverDeps, SqlRow } from './driver-deps.ts';
import type { Field, Passdb, PassdbLookup } from './passdb.ts';

export const createSqlPassdb = (args: string, deps: DriverDeps): Passdb => {
  const source = sqlSourceOf(args, deps);
  const { text, isDefault } = source.passwordQuery;
  const query = compileQuery(text);
  if (hasBareVariables(text)) {
    deps.log.warning('auth_sql_unquoted', { path: args }, `${args}: password_query: %variable outside of quotes`);
  }
  const hint = isDefault ? ` (using built-in default password_query: ${text})` : '';
  return {
    driver: 'sql',
    defaultScheme: source.defaultScheme,
    async lookup(variables, signal) {
      try {
        const { sql, parameters } = query(variables);
        return fromRows(await source.database.query(sql, parameters, 2, signal), source.defaultScheme);
      } catch (error) {
        const what = error instanceof TemplateError ? 'Failed to expand password_query' : 'Password query failed';
        return failed(`${what}: ${(error as Error).message}${hint}`);
      }
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
};

const failed = (text: string): PassdbLookup => ({ result: 'internal-failure', cause: new Error(text) });

const fromRows = (rows: readonly SqlRow[], defaultScheme: string): PassdbLookup => {
  const [row, second] = rows;
  if (row === undefined) return { result: 'user-unknown' };
  const passwords = row.filter(([column]) => isPassword(column));
  if (passwords.length === 0) return failed("Password query must return a field named 'password'");
  if (second !== undefined) return failed('Password query returned multiple matches');
  if (passwords.filter(([, value]) => value !== null).length > 1)
    return failed('Multiple password values not supported');
  const fields: Field[] = [];
  let hasUserdbFields = false;
  for (const [key, value] of row) {
    if (key === '' || isPassword(key)) continue;
    if (key.startsWith('userdb_')) hasUserdbFields = true;
    if (value !== null) fields.push({ key, value });
  }
  const found = { result: 'found', password: passwordOf(passwords, defaultScheme), fields } as const;
  return hasUserdbFields ? { ...found, hasUserdbFields } : found;
};

const isPassword = (column: ByteString): boolean => column === 'password' || column === 'password_noscheme';

const passwordOf = (columns: SqlRow, defaultScheme: string): ByteString | undefined => {
  for (const [column, value] of columns) {
    if (value !== null) return column === 'password_noscheme' ? `{${defaultScheme}}${value}` : value;
  }
  return undefined;
};
