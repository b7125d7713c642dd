/** `driver = sql` as userdb: columns of the first row are the fields; `iterate_query` lists all users (auth.md 8.3). */

import { TemplateError } from '@homing/config';
import type { ByteString } from '@homing/wire';
import type { DriverDeps, SqlRow } from '../passdb/driver-deps.ts';
import type { Field, Userdb, Variables } from '../passdb/passdb.ts';
import { compileQuery, hasBareVariables } from '../sql/sql-query.ts';
import { type SqlSource, sqlSourceOf } from '../sql/sql-source.ts';

export const createSqlUserdb = (args: string, deps: DriverDeps): Userdb => {
  const source = sqlSourceOf(args, deps);
  const { text, isDefault } = source.userQuery;
  const query = compileQuery(text);
  if (hasBareVariables(text)) {
    deps.log.warning('auth_sql_unquoted', { path: args }, `${args}: user_query: %variable outside of quotes`);
  }
  const hint = isDefault ? ` (using built-in default user_query: ${text})` : '';
  return {
    driver: 'sql',
    asksPassdb: false,
    async lookup(variables, signal) {
      try {
        const { sql, parameters } = query(variables);
        const [row] = await source.database.query(sql, parameters, 1, signal);
        return row === undefined ? { result: 'user-unknown' } : { result: 'found', fields: fieldsOf(row) };
      } catch (error) {
        const what = error instanceof TemplateError ? 'Failed to expand user_query' : 'User query failed';
        return { result: 'internal-failure', cause: new Error(`${what}: ${(error as Error).message}${hint}`) };
      }
    },
    list: (variables, signal) => names(source, variables, signal),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
};

const fieldsOf = (row: SqlRow): Field[] =>
  row.flatMap(([key, value]) => (key === '' || value === null ? [] : [{ key, value }]));

async function* names(source: SqlSource, variables: Variables, signal: AbortSignal): AsyncGenerator<ByteString> {
  const { text, isDefault } = source.iterateQuery;
  const { sql, parameters } = compileQuery(text)(variables);
  try {
    for await (const rows of source.database.stream(sql, parameters, signal)) {
      for (const row of rows) yield nameOf(row);
    }
  } catch (error) {
    const hint = isDefault ? ` (using built-in default iterate_query: ${text})` : '';
    throw new Error(`sql: Iterate query failed: ${(error as Error).message}${hint}`, { cause: error });
  }
}

/** `user` counts if it is the first column; else `username`, and `domain` where there is one. */
const nameOf = (row: SqlRow): ByteString => {
  const columns = new Map(row);
  const [first] = row;
  const user = first?.[0] === 'user' ? first[1] : columns.get('username');
  if (user === undefined) throw new Error("Iterate query didn't return 'user' field");
  if (user === null) throw new Error('Iterate query returned NULL user');
  const domain = first?.[0] === 'user' ? undefined : columns.get('domain');
  return domain === undefined || domain === null ? user : `${user}@${domain}`;
};
