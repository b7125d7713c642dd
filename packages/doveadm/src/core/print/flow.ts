/** `title=value title=value`, a line for each row. Nothing is escaped. */
import type { Column, FormatOptions, Formatter } from './printer.ts';

export const createFlow = ({ write }: FormatOptions): Formatter => {
  const columns: Column[] = [];
  let at = 0;
  return {
    column: (column) => void columns.push(column),
    value(text) {
      const column = columns[at];
      const last = ++at === columns.length;
      if (last) at = 0;
      write(`${column?.hideTitle ? '' : `${column?.title}=`}${text}${last ? '\n' : ' '}`);
    },
    end() {
      if (at !== 0) write('\n');
    },
  };
};
