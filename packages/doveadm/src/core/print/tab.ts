/** Titles, then rows, joined by TAB. Nothing is escaped. The line of titles comes even without rows or columns. */
import type { FormatOptions, Formatter } from './printer.ts';

export const createTab = ({ write, hideTitles }: FormatOptions): Formatter => {
  let columns = 0;
  let at = 0;
  let isTitleOpen = !hideTitles;
  const endTitles = (): void => {
    if (isTitleOpen) write('\n');
    isTitleOpen = false;
  };
  return {
    column({ title }) {
      if (!hideTitles) write(columns === 0 ? title : `\t${title}`);
      columns++;
    },
    value(text) {
      endTitles();
      const isLast = at === columns - 1;
      write(`${at === 0 ? '' : '\t'}${text}${isLast ? '\n' : ''}`);
      at = isLast ? 0 : at + 1;
    },
    end: endTitles,
  };
};
