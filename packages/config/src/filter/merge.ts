/**
 * All layers that match a connection, as one: the most specific says first, the others add what is still open. Two
 * layers that both set a value conflict, unless one contains the other (config_filter_parsers_get(), 2.3).
 */
import { ConfigError } from '../error.ts';
import { addSection, createSection, type Section, textIn } from '../layer/section.ts';
import { type Block, bySpecificity, contains, matches } from './block.ts';

/** What one filter block says, and where it began. */
export type Layer = { readonly block: Block; readonly root: Section; readonly begins: string };

const copy = (from: Section): Section => {
  const to = createSection(from.type, from.id, from.presets, from.begins);
  for (const [name, value] of from.values) to.values.set(name, value);
  for (const [list, children] of from.sections) for (const child of children) addSection(to, list, copy(child));
  for (const [name, keys] of from.free) to.free.set(name, new Map(keys));
  return to;
};

/**
 * A section that only a less specific layer has. Its values count as its defaults from here on: `doveconf -n -f` does
 * not print them, and the next layer may replace them (settings_copy_deflist(), 2.3).
 */
const adopt = (from: Section): Section => {
  const presets = { ...from.presets, ...Object.fromEntries(from.values) };
  const to = createSection(from.type, from.id, presets, from.begins);
  for (const [list, children] of from.sections) for (const child of children) addSection(to, list, adopt(child));
  for (const [name, keys] of from.free) to.free.set(name, new Map(keys));
  return to;
};

const nameOf = (section: Section): string =>
  section.type.nameKey === undefined ? '' : textIn(section, section.type.nameKey);

const addFree = (to: Section, from: Section): void => {
  for (const [name, keys] of from.free) to.free.set(name, new Map([...keys, ...(to.free.get(name) ?? [])]));
};

/** The key that both set, if that matters. */
const addChildren = (to: Section, from: Section, mayOverlap: boolean): string | undefined => {
  for (const [list, children] of from.sections) {
    const present = to.sections.get(list) ?? [];
    for (const child of children) {
      const name = child.type.unique ? nameOf(child) : '';
      const twin = name === '' ? undefined : present.find((known) => nameOf(known) === name);
      const conflict = twin === undefined ? undefined : addTo(twin, child, mayOverlap);
      if (conflict !== undefined) return conflict;
      if (twin === undefined) addSection(to, list, adopt(child));
    }
  }
  return undefined;
};

const addTo = (to: Section, from: Section, mayOverlap: boolean): string | undefined => {
  for (const [name, value] of from.values) {
    if (!to.values.has(name)) to.values.set(name, value);
    else if (!mayOverlap) return name;
  }
  addFree(to, from);
  return addChildren(to, from, mayOverlap);
};

/** The layers that apply, most specific first. */
export const matchingLayers = (layers: readonly Layer[], asked: Block): Layer[] =>
  layers.filter(({ block }) => matches(block, asked)).sort((one, other) => bySpecificity(one.block, other.block));

/** @throws ConfigError if layers conflict */
export const mergeLayers = (matching: readonly Layer[]): Section => {
  const [first, ...rest] = matching;
  if (first === undefined) throw new TypeError('the global layer matches every connection');
  const merged = copy(first.root);
  let inner = first;
  for (const layer of rest) {
    const conflict = addTo(merged, layer.root, contains(layer.block, inner.block));
    if (conflict !== undefined) {
      throw new ConfigError(`Conflict in setting ${conflict} found from filter at ${layer.begins}`);
    }
    inner = layer;
  }
  return merged;
};
