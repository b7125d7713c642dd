/** What is in the file for other programs: said once, so that nobody waits for an effect. */
import { valueIn } from '../layer/section.ts';
import { rootType } from '../sections/root-type.ts';
import { foreignSettings } from '../settings/table.ts';
import { isUnservedInService, unservedSections, unservedSettings } from '../settings/unserved.ts';
import type { Document } from './read.ts';

const foreign = new Set([...Object.keys(foreignSettings), 'namespace', 'plugin']);
const unservedNames = new Set<string>([...unservedSettings, ...unservedSections]);

const isOtherThanDefault = ({ layers }: Document, name: string): boolean => {
  const setting = rootType.settings[name];
  return setting === undefined || layers.some(({ root }) => valueIn(root, name) !== setting.fallback);
};

const warningOf = (what: string, uses: readonly (readonly [name: string, place: string])[]): string[] => {
  const [first] = uses;
  if (first === undefined) return [];
  const settings = uses.length === 1 ? `${what} setting` : `${what} settings`;
  return [`Ignoring ${uses.length} ${settings} that this server does not use (first: ${first[0]} at ${first[1]})`];
};

export const ignoredWarnings = (document: Document): string[] => {
  const used = [...document.used];
  const storage = used.filter(([name]) => foreign.has(name));
  const unserved = used.filter(([name]) => unservedNames.has(name) && isOtherThanDefault(document, name));
  const ofServices = used.filter(([path]) => isUnservedInService(path));
  return [...warningOf('mail storage', storage), ...warningOf('other', unserved), ...warningOf('service', ofServices)];
};
