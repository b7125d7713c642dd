/** Rows through a template with `%{key}`; only commands set one. */
import type { ByteString } from '@homing/wire';
import { EXIT } from '../command/command.ts';
import { Fatal } from '../command/fatal.ts';
import type { FormatOptions, Formatter } from './printer.ts';

/** `template()` is asked when a row is complete. */
export const createFormatted = ({ write }: FormatOptions, template: () => string): Formatter => {
  const keys: string[] = [];
  let row: ByteString[] = [];
  return {
    column: ({ key }) => void keys.push(key),
    value(text) {
      if (template() === '') throw new Fatal('formatted formatter cannot be used without a format.', EXIT.tempFail);
      row.push(text);
      if (row.length < keys.length) return;
      const values = new Map(keys.map((key, at) => [key, row[at] ?? '']));
      row = [];
      write(template().replace(/%\{([^}]*)\}/g, (whole, key: string) => values.get(key) ?? whole));
    },
    end: () => undefined,
  };
};
