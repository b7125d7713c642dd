/** One array of objects without a newline at the end; `[]` where there are no rows. Values are strings. */
import { type ByteString, bytesFromText, textFromBytes } from '@homing/wire';
import type { Column, FormatOptions, Formatter } from './printer.ts';

const SEPARATORS = /[\u2028\u2029]/g;

/** JSON.stringify() escapes as Dovecot does, but for the two separators; invalid UTF-8 becomes U+FFFD. */
export const jsonString = (bytes: ByteString): ByteString => {
  const json = JSON.stringify(textFromBytes(bytes));
  return bytesFromText(json.replace(SEPARATORS, (c) => `\\u${c.charCodeAt(0).toString(16)}`));
};

export const createJson = ({ write }: FormatOptions): Formatter => {
  const columns: Column[] = [];
  let at = 0;
  let isFirst = true;
  return {
    column: (column) => void columns.push(column),
    value(text) {
      const open = at > 0 ? ',' : isFirst ? '[{' : ',{';
      isFirst = false;
      const key = jsonString(columns[at]?.key ?? '');
      at = (at + 1) % columns.length;
      write(`${open}${key}:${jsonString(text)}${at === 0 ? '}' : ''}`);
    },
    end: () => write(isFirst ? '[]' : ']'),
  };
};
