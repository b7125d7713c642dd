/**
 * Padded columns (doveadm-print-table.c). The first 100 rows are kept to find the widths, which then stay. Every cell is
 * padded, the last one too; a column that had to shrink loses padding only, never text.
 */
import type { ByteString } from '@homing/wire';
import type { Column, FormatOptions, Formatter } from './printer.ts';
import { codePoints, columnWidths } from './table-width.ts';

const BUFFERED_ROWS = 100;

export const createTable = ({ write, hideTitles, width }: FormatOptions): Formatter => {
  const columns: Column[] = [];
  let buffered: ByteString[] = [];
  let widths: readonly number[] | undefined;
  let at = 0;

  const cell = (text: ByteString, isLast: boolean): void => {
    const padding = Math.max(0, (widths?.[at] ?? 0) - codePoints(text));
    write(text + ' '.repeat(padding) + (isLast ? '\n' : ' '));
    at = isLast ? 0 : at + 1;
  };
  const print = (text: ByteString): void => cell(text, at === columns.length - 1);
  const flush = (): void => {
    if (widths !== undefined || columns.length === 0) return;
    widths = columnWidths(columns, buffered, width);
    const isTitled = !hideTitles && !columns.every(({ hideTitle }) => hideTitle);
    if (isTitled) for (const { title } of columns) print(title);
    for (const value of buffered) print(value);
    buffered = [];
  };
  return {
    column: (column) => void columns.push(column),
    value(text) {
      if (widths === undefined && buffered.length < BUFFERED_ROWS * columns.length) {
        buffered.push(text);
        return;
      }
      flush();
      print(text);
    },
    end: flush,
  };
};
