/** A section as blocks with two spaces of indentation. Blocks without content are left out. */
import type { Section } from '../layer/section.ts';
import { type Entry, entriesOf, headline, type Scope, sortedKeys } from './entry.ts';
import { printValue } from './secrets.ts';

export type Style = {
  readonly scope: Scope;
  readonly hideSecrets: boolean;
  /** Paths to print; undefined for all. */
  readonly wants?: ((path: string) => boolean) | undefined;
};

const pad = (depth: number): string => '  '.repeat(depth);

const wrap = (head: string, lines: readonly string[], depth: number): string[] =>
  lines.length === 0 ? [] : [`${pad(depth)}${head}`, ...lines, `${pad(depth)}}`];

const valueLines = (path: string, key: string, value: string, style: Style, depth: number): string[] =>
  style.wants === undefined || style.wants(path + key)
    ? [`${pad(depth)}${key} = ${printValue(key, value, style.hideSecrets)}`]
    : [];

const entryLines = (entry: Entry, path: string, style: Style, depth: number): string[] => {
  switch (entry.is) {
    case 'value':
      return valueLines(path, entry.key, entry.value, style, depth);
    case 'section': {
      const inside = sectionLines(entry.section, path + entry.order, style, depth + 1);
      return wrap(headline(entry.list, entry.section), inside, depth);
    }
    case 'free': {
      const inside = sortedKeys(entry.keys).flatMap(([key, value]) =>
        valueLines(path + entry.order, key, value, style, depth + 1),
      );
      return wrap(`${entry.name} {`, inside, depth);
    }
    default:
      return entry satisfies never;
  }
};

/** @param path of the section, ending in `/` unless it is the outermost */
export const sectionLines = (section: Section, path: string, style: Style, depth: number): string[] =>
  entriesOf(section, style.scope).flatMap((entry) => entryLines(entry, path, style, depth));
