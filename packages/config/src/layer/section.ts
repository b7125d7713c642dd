/**
 * A section with what was set in it. The outermost one is a *layer*: all that the file says outside filters, or inside
 * one filter. Layers of a file are merged at lookup.
 */
import { asciiLower, escapeName } from '../language/quote.ts';
import type { Position } from '../position.ts';
import { type DefaultService, defaultServices } from '../sections/default-services.ts';
import { rootType } from '../sections/root-type.ts';
import type { SectionType } from '../sections/section-type.ts';
import { serviceType } from '../sections/service.ts';
import type { Scalar } from '../types/setting.ts';

export type Section = {
  readonly type: SectionType;
  /** The escaped name, or a number for a section without one: its part of a path. */
  readonly id: string;
  /** What this section holds before the file says anything: defaults of a built-in service. */
  readonly presets: Readonly<Record<string, Scalar>>;
  /** The line that opened it first; none for what is built in. */
  readonly begins: Position | undefined;
  readonly values: Map<string, Scalar>;
  readonly sections: Map<string, Section[]>;
  /** Sections with free keys, once opened. */
  readonly free: Map<string, Map<string, string>>;
};

export const createSection = (
  type: SectionType,
  id: string,
  presets: Section['presets'] = {},
  begins?: Position,
): Section => ({
  type,
  id,
  presets,
  begins,
  values: new Map(),
  sections: new Map(),
  free: new Map(),
});

/** The value in force here, `undefined` if there is no such setting. */
export const valueIn = (section: Section, name: string): Scalar | undefined =>
  section.values.get(name) ?? section.presets[name] ?? section.type.settings[name]?.fallback;

export const textIn = (section: Section, name: string): string => String(valueIn(section, name) ?? '');

/** Names are told apart without regard to ASCII case, as settings-parser.c hashes its links. */
export const findSection = (parent: Section, list: string, id: string): Section | undefined => {
  const wanted = asciiLower(id);
  return parent.sections.get(list)?.find((child) => asciiLower(child.id) === wanted);
};

export const addSection = (parent: Section, list: string, child: Section): Section => {
  const children = parent.sections.get(list);
  if (children === undefined) parent.sections.set(list, [child]);
  else children.push(child);
  return child;
};

const addListeners = (service: Section, list: string, listeners: DefaultService['unix'] = {}): void => {
  const type = service.type.sections[list];
  if (type === undefined) return;
  for (const [name, values] of Object.entries(listeners)) {
    addSection(service, list, createSection(type, escapeName(name), { ...values, [type.nameKey ?? 'name']: name }));
  }
};

/** A layer in which nothing is set yet. */
export const createLayer = (): Section => {
  const layer = createSection(rootType, '');
  for (const { name, values, unix, fifo, inet } of defaultServices) {
    const service = addSection(layer, 'service', createSection(serviceType, name, { ...values, name }));
    addListeners(service, 'unix_listener', unix);
    addListeners(service, 'fifo_listener', fifo);
    addListeners(service, 'inet_listener', inet);
  }
  return layer;
};
