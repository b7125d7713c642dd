/**
 * What of a section is printed, and in which order. `doveconf` sorts whole paths bytewise: `service/auth-worker/…`
 * comes before `service/auth/…` because `-` is below `/`.
 */
import { escapeName } from '../language/quote.ts';
import { type Section, valueIn } from '../layer/section.ts';
import { printScalar } from '../types/setting.ts';

/** `changed`: other than the default (-n); `set`: named in the file (-N); `all` (-a); `hidden`: these too (-s). */
export type Scope = 'changed' | 'set' | 'all' | 'hidden';

export type Entry =
  | { readonly is: 'value'; readonly order: string; readonly key: string; readonly value: string }
  | { readonly is: 'section'; readonly order: string; readonly list: string; readonly section: Section }
  | { readonly is: 'free'; readonly order: string; readonly name: string; readonly keys: ReadonlyMap<string, string> };

/**
 * Sections of a unique type count a value as changed when the file names it, whatever it says; strings with variables
 * are always shown in them. Elsewhere values are compared with the default.
 */
const isShown = (section: Section, name: string, scope: Scope): boolean => {
  const setting = section.type.settings[name];
  const isSet = section.values.has(name);
  if (setting === undefined || (setting.shown === 'when-set' && !isSet)) return false;
  if (scope === 'hidden') return true;
  if (scope === 'all') return isSet || setting.shown !== 'with-hidden';
  const isNamed = section.type.unique && section.type.nameKey !== undefined;
  if (isNamed) return isSet || setting.kind === 'vars';
  return scope === 'set' ? isSet : valueIn(section, name) !== setting.fallback;
};

export const printedValue = (section: Section, name: string): string => {
  const setting = section.type.settings[name];
  const value = valueIn(section, name);
  return setting === undefined || value === undefined ? '' : printScalar(setting, value);
};

const nameOf = ({ type, values, presets }: Section): string =>
  type.unique && type.nameKey !== undefined ? String(values.get(type.nameKey) ?? presets[type.nameKey] ?? '') : '';

/** Its part of a path: the escaped name, or its number among its like. */
export const pathId = (section: Section, at: number): string => {
  const name = nameOf(section);
  return name === '' ? `${at}` : escapeName(name);
};

/** `service imap-login {`: names with spaces are quoted. */
export const headline = (list: string, section: Section): string => {
  const name = nameOf(section);
  if (name === '') return `${list} {`;
  return name.includes(' ') ? `${list} "${name.replace(/["'\\]/g, '\\$&')}" {` : `${list} ${name} {`;
};

const signed = (char: number): number => (char > 127 ? char - 256 : char);

const byBytes = (one: string, other: string): number => {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    const difference = signed(one.charCodeAt(at)) - signed(other.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
};

const valueEntries = (section: Section, scope: Scope): Entry[] => {
  const nameKey = section.type.unique ? section.type.nameKey : undefined;
  return Object.keys(section.type.settings)
    .filter((name) => name !== nameKey && isShown(section, name, scope))
    .map((name) => ({ is: 'value', order: name, key: name, value: printedValue(section, name) }));
};

const sectionEntries = (section: Section): Entry[] =>
  [...section.sections].flatMap(([list, children]) =>
    children.map(
      (child, at): Entry => ({
        is: 'section',
        order: `${list}/${pathId(child, at)}/`,
        list,
        section: child,
      }),
    ),
  );

export const entriesOf = (section: Section, scope: Scope): Entry[] => {
  const free = [...section.free].map(([name, keys]): Entry => ({ is: 'free', order: `${name}/`, name, keys }));
  return [...valueEntries(section, scope), ...sectionEntries(section), ...free].sort((one, other) =>
    byBytes(one.order, other.order),
  );
};

/** Free keys in the order they are printed in. */
export const sortedKeys = (keys: ReadonlyMap<string, string>): [string, string][] =>
  [...keys].sort(([one], [other]) => byBytes(one, other));
