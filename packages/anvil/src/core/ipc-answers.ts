/**
 * One answer out of those of all processes of an ipc group. Dovecot passes every line on and only the last `+`: then
 * `doveadm proxy list` prints the other processes' headers as sessions, and `proxy kick` one process's count. Here tables
 * are joined by their columns and counts are added up; a client sees what a single process would have said.
 */
import { type ByteString, type IpcReply, joinTabs, splitTabs } from '@homing/wire';

/** `answers`: of each process, in the order they ended; the last reply of each is no `line`. */
export const joinIpcAnswers = (command: ByteString, answers: readonly (readonly IpcReply[])[]): IpcReply[] => {
  const lines = answers.map((replies) => replies.filter(({ reply }) => reply === 'line').map(({ data }) => data));
  const ends = answers.flatMap((replies) => replies.slice(-1));
  const rows = isTable(command) ? joinTables(lines) : lines.flat();
  return [...rows.map((data) => ({ reply: 'line', data }) as const), joinEnds(ends)];
};

const isTable = (command: ByteString): boolean => splitTabs(command)[0] === 'LIST-FULL';

/** The first error counts, else the sum, else the last process's words. */
const joinEnds = (ends: readonly IpcReply[]): IpcReply => {
  const error = ends.find(({ reply }) => reply === 'error');
  if (error !== undefined) return error;
  const data = ends.at(-1)?.data ?? '';
  if (!ends.every((end) => /^\d{1,10}$/.test(end.data))) return { reply: 'ok', data };
  const sum = ends.reduce((total, end) => total + Number(end.data), 0);
  return { reply: 'ok', data: ends.length === 0 ? '' : String(sum) };
};

/** Each table: a header line and rows. Columns that only some have stand before the first that all end with. */
const joinTables = (tables: readonly (readonly ByteString[])[]): ByteString[] => {
  const [first, ...others] = tables.filter((table) => table.length > 0);
  if (first === undefined) return [];
  if (others.every((table) => table[0] === first[0])) return [...first, ...others.flatMap((table) => table.slice(1))];
  const headers = [first, ...others].map(([header = '']) => splitTabs(header));
  const columns = joinColumns(headers);
  const rows = [first, ...others].flatMap((table, index) =>
    table.slice(1).map((row) => reorder(row, headers[index] ?? [], columns)),
  );
  return [joinTabs(columns), ...rows];
};

/** `username`, all the `user_*`, then the fixed ones. */
const joinColumns = (headers: readonly (readonly ByteString[])[]): ByteString[] => {
  const all = new Set(headers.flat());
  const alternative = [...all].filter((column) => column.startsWith('user_'));
  const [name = 'username', ...fixed] = [...all].filter((column) => !column.startsWith('user_'));
  return [name, ...alternative, ...fixed];
};

const reorder = (row: ByteString, header: readonly ByteString[], columns: readonly ByteString[]): ByteString => {
  const fields = splitTabs(row);
  return joinTabs(columns.map((column) => fields[header.indexOf(column)] ?? ''));
};
