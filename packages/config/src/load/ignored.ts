/** What is in the file for other programs: said once, so that nobody waits for an effect. */
import { textIn } from '../layer/section.ts';
import type { Document } from './read.ts';

const storageWarning = (foreign: Document['foreign']): string[] => {
  const [first] = foreign;
  if (first === undefined) return [];
  const settings = foreign.size === 1 ? 'setting' : 'settings';
  return [
    `Ignoring ${foreign.size} mail storage ${settings} that this server does not use (first: ${first[0]} at ${first[1]})`,
  ];
};

export const ignoredWarnings = ({ foreign, layers }: Document): string[] => {
  const plugins = layers.map(({ root }) => textIn(root, 'login_plugins')).find((text) => text.trim() !== '');
  return [
    ...storageWarning(foreign),
    ...(plugins === undefined ? [] : [`Ignoring login_plugins = ${plugins}: this server loads no plugins`]),
  ];
};
