/** The one printer of a run: the format of `-f`, or the one that the command prefers. */
import type { ByteString } from '@homing/wire';
import { createFlow } from './flow.ts';
import { createFormatted } from './formatted.ts';
import { createJson } from './json.ts';
import { createPager } from './pager.ts';
import type { Column, FormatName, FormatOptions, Formatter } from './printer.ts';
import { createTab } from './tab.ts';
import { createTable } from './table.ts';

export type Output = {
  /** Chooses the format unless `-f` did; a template is for `formatted`. */
  begin(preferred: FormatName, template?: string): void;
  /** A column; key and title are the same text unless `key` is given. */
  column(title: string, more?: { key?: string } & Pick<Column, 'hideTitle' | 'expand'>): void;
  value(text: ByteString): void;
  end(): void;
};

const NAMES: ReadonlySet<string> = new Set<FormatName>(['flow', 'tab', 'table', 'pager', 'json', 'formatted']);

export const isFormatName = (name: string): name is FormatName => NAMES.has(name);

/** A format forced by `-f` prints its frame (`[]`, an empty title line) even for a command that prints no rows. */
export const createOutput = (forced: FormatName | undefined, options: FormatOptions): Output => {
  let template = '';
  const make = (name: FormatName): Formatter => makers[name](options, () => template);
  let formatter = forced === undefined ? undefined : make(forced);
  return {
    begin(preferred, text) {
      template = text ?? '';
      formatter ??= make(preferred);
    },
    column: (title, { key = title, ...flags } = {}) => formatter?.column({ key, title, ...flags }),
    value: (text) => formatter?.value(text),
    end: () => formatter?.end(),
  };
};

const makers: Readonly<Record<FormatName, (options: FormatOptions, template: () => string) => Formatter>> = {
  flow: createFlow,
  tab: createTab,
  table: createTable,
  pager: createPager,
  json: createJson,
  formatted: createFormatted,
};
