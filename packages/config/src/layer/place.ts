/**
 * Where a line of the file takes effect: in a section, among the free keys of `plugin` or `dict`, or nowhere (inside a
 * block named like a plain setting, where every key is unknown).
 *
 * Keys may be paths: `service/auth/client_limit = 5` works from the top, `unix_listener/x/mode` inside a service.
 */
import { escapeName } from '../language/quote.ts';
import type { Position } from '../position.ts';
import type { SectionType } from '../sections/section-type.ts';
import type { Scalar } from '../types/setting.ts';
import { ValueError } from '../types/setting.ts';
import { addSection, createSection, findSection, type Section, valueIn } from './section.ts';

export type Place =
  | { readonly in: 'section'; readonly section: Section }
  | { readonly in: 'free'; readonly keys: Map<string, string> }
  | { readonly in: 'nowhere' };

const nowhere: Place = { in: 'nowhere' };

const openFree = (section: Section, name: string): Map<string, string> => {
  const keys = section.free.get(name) ?? new Map<string, string>();
  section.free.set(name, keys);
  return keys;
};

/** One or two parts further: `plugin` takes one (its number is optional in a path), a section its name and its id. */
const descendOnce = (section: Section, parts: readonly string[]): { place: Place; taken: number } => {
  const [list = '', id = ''] = parts;
  if (section.type.freeSections.includes(list)) {
    return { place: { in: 'free', keys: openFree(section, list) }, taken: 1 };
  }
  const child = findSection(section, list, id);
  return child === undefined ? { place: nowhere, taken: 0 } : { place: { in: 'section', section: child }, taken: 2 };
};

/** The place of a path's last part. */
export const descend = (from: Place, parts: readonly string[]): Place => {
  let place = from;
  let at = 0;
  while (place.in === 'section' && at < parts.length) {
    const step = descendOnce(place.section, parts.slice(at));
    place = step.place;
    at += step.taken;
  }
  return at < parts.length ? nowhere : place;
};

const resolve = (from: Place, path: string): { place: Place; key: string } => {
  const parts = path.split('/');
  const key = parts.pop() ?? '';
  return { place: descend(from, parts), key };
};

const realName = (type: SectionType, name: string): string => type.aliases[name] ?? name;

const setName = (section: Section, name: string): Section => {
  if (section.type.nameKey !== undefined) section.values.set(section.type.nameKey, name);
  return section;
};

/**
 * Sets a value. False if there is no such setting there. A list of sections (`service = a b`) makes them exist.
 * @throws ValueError
 */
export const assign = (from: Place, path: string, text: string): boolean => {
  const { place, key } = resolve(from, path);
  if (place.in === 'nowhere') return false;
  if (place.in === 'free') {
    place.keys.set(key, text);
    return true;
  }
  const { section } = place;
  const name = realName(section.type, key);
  const setting = section.type.settings[name];
  if (setting !== undefined) {
    section.values.set(name, setting.parse(text));
    return true;
  }
  if (section.type.freeSections.includes(name)) {
    openFree(section, name);
    return true;
  }
  const type = section.type.sections[name];
  if (type === undefined) return false;
  for (const id of text.split(/[,\t ]+/)) {
    if (id !== '' && findSection(section, name, id) === undefined) addSection(section, name, createSection(type, id));
  }
  return true;
};

export type Opening = {
  readonly name: string;
  readonly arg: string;
  /** Makes the id of a block without an argument. */
  readonly counter: number;
  readonly begins: Position;
};

/**
 * Opens a block. Undefined if nothing of that name exists there.
 * @param path of the block around, ends in `/`
 * @throws ValueError
 */
export const open = (from: Place, path: string, { name, arg, counter, begins }: Opening): Place | undefined => {
  if (from.in === 'nowhere') return undefined;
  if (from.in === 'free') throw new ValueError('Section not allowed here');
  const { place, key } = resolve(from, name);
  if (place.in !== 'section') return undefined;
  const { section } = place;
  const id = arg === '' ? `${counter}` : escapeName(arg);
  if (section.type.freeSections.includes(key)) return { in: 'free', keys: openFree(section, key) };
  const type = section.type.sections[key];
  if (type === undefined) return assign(place, key, id) ? nowhere : undefined;
  const known = findSection(section, key, id);
  if (known !== undefined && !type.unique) throw new ValueError(`${path}${name}/${id} already exists`);
  const opened = known ?? addSection(section, key, createSection(type, id, {}, begins));
  return { in: 'section', section: setName(opened, arg) };
};

export type Found = { readonly value: Scalar; readonly text: string; readonly isSet: boolean };

/** A setting's value by its path, as `$name` sees it. */
export const lookUp = (from: Place, path: string): Found | undefined => {
  const { place, key } = resolve(from, path);
  if (place.in !== 'section') return undefined;
  const name = realName(place.section.type, key);
  const setting = place.section.type.settings[name];
  const value = valueIn(place.section, name);
  if (setting === undefined || value === undefined) return undefined;
  return { value, text: (setting.print as (value: Scalar) => string)(value), isSet: place.section.values.has(name) };
};
