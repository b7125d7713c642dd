/** Lists of sessions from several sources as one. */
import type { ByteString } from '@homing/wire';

/** A source that knows of nobody may have no columns either. */
export type Table = { readonly columns: readonly ByteString[]; readonly rows: readonly (readonly ByteString[])[] };

/** `username`, all the `user_*`, then the others as they come. What a source does not tell is empty. */
export const joinTables = (tables: readonly Table[]): Table => {
  const [first, ...others] = tables.filter(({ columns }) => columns.length > 0);
  if (first === undefined) return { columns: [], rows: [] };
  if (others.length === 0) return first;
  const all = [...new Set([first, ...others].flatMap(({ columns }) => columns))];
  const rank = (column: ByteString): number => (column === 'username' ? 0 : column.startsWith('user_') ? 1 : 2);
  const columns = all.toSorted((a, b) => rank(a) - rank(b));
  return {
    columns,
    rows: [first, ...others].flatMap((table) => table.rows.map((row) => inOrder(row, table, columns))),
  };
};

const inOrder = (row: readonly ByteString[], from: Table, columns: readonly ByteString[]): ByteString[] =>
  columns.map((column) => row[from.columns.indexOf(column)] ?? '');
