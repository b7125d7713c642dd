/**
 * `path=value` lines (`doveconf -S`): secrets as they are, lists of sections as one value of their ids. Here they are
 * sorted like blocks; Dovecot prints them in the order of its modules.
 */
import { type Section, valueIn } from '../layer/section.ts';
import { type Entry, entriesOf, pathId, printedValue, type Scope, sortedKeys } from './entry.ts';

const listLines = (section: Section, path: string): string[] =>
  [...section.sections]
    .filter(([, children]) => children.length > 0)
    .map(([list, children]) => `${path}${list}=${children.map(pathId).join(' ')}`);

/** Against the type's default; what a built-in service presets counts as changed. */
const isLeftOut = (section: Section, name: string, scope: Scope): boolean =>
  scope === 'changed' && valueIn(section, name) === section.type.settings[name]?.fallback;

const nameLine = (section: Section, path: string, scope: Scope): string[] => {
  const { nameKey, unique } = section.type;
  if (!unique || nameKey === undefined || isLeftOut(section, nameKey, scope)) return [];
  return [`${path}${nameKey}=${printedValue(section, nameKey)}`];
};

const entryLines = (section: Section, entry: Entry, path: string, scope: Scope): string[] => {
  switch (entry.is) {
    case 'value':
      return isLeftOut(section, entry.key, scope) ? [] : [`${path}${entry.key}=${entry.value}`];
    case 'section':
      return flatLines(entry.section, path + entry.order, scope);
    case 'free':
      return [
        `${path}${entry.name}=`,
        ...sortedKeys(entry.keys).map(([key, value]) => `${path}${entry.order}${key}=${value}`),
      ];
    default:
      return entry satisfies never;
  }
};

export const flatLines = (section: Section, path: string, scope: Scope): string[] => {
  const seen = scope === 'changed' && section.type.nameKey !== undefined ? 'all' : scope;
  return [
    ...listLines(section, path),
    ...nameLine(section, path, scope),
    ...entriesOf(section, seen).flatMap((entry) => entryLines(section, entry, path, scope)),
  ];
};
