/** `title: value`, a line for each value; a form feed between rows. */
import type { Column, FormatOptions, Formatter } from './printer.ts';

export const createPager = ({ write }: FormatOptions): Formatter => {
  const columns: Column[] = [];
  let at = 0;
  let isFirst = true;
  return {
    column: (column) => void columns.push(column),
    value(text) {
      const column = columns[at];
      const feed = at === 0 && !isFirst ? '\f\n' : '';
      isFirst = false;
      at = (at + 1) % columns.length;
      write(`${feed}${column?.hideTitle ? '' : `${column?.title}: `}${text}\n`);
    },
    end() {
      if (at !== 0) write('\n');
    },
  };
};
