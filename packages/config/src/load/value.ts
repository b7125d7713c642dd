/** From the text after `=` to the text of the value: `<file` and `$name` (config_write_value(), 2.3). */
import type { ValueText } from '../language/statement.ts';
import { lookUp } from '../layer/place.ts';
import { warning } from '../note.ts';
import { ValueError } from '../types/setting.ts';
import { besideInput } from './include.ts';
import type { Frame, Loading } from './loading.ts';

/** A value of the block's own layer; of the blocks around it too if it is not set there and `outward`. */
const lookUpFrom = (frame: Frame, name: string, outward: boolean): string => {
  const found = lookUp({ in: 'section', section: frame.layer.root }, name);
  if (found === undefined) throw new ValueError(`Unknown variable: $${name}`);
  if (outward && !found.isSet && frame.outer !== undefined) return lookUpFrom(frame.outer, name, outward);
  return found.text;
};

/** A setting that names itself (`mail_plugins = $mail_plugins quota`) is replaced even when nothing else is. */
const expandWord = (loading: Loading, key: string, word: string): string => {
  if (!word.startsWith('$')) return word;
  const isItself = word === `$${key}`;
  if (loading.expand === 'nothing' && !isItself) return word;
  if (word.startsWith('$ENV:')) return loading.source.env(word.slice(5)) ?? '';
  return lookUpFrom(loading.frame, word.slice(1), isItself);
};

/** Words are separated by spaces; several become one. */
const expandVariables = (loading: Loading, key: string, text: string): string =>
  text
    .split(/ [ \t]*/)
    .map((word) => expandWord(loading, key, word))
    .join(' ');

const readFile = (loading: Loading, fullKey: string, name: string): string => {
  if (loading.expand === 'nothing') return `<${name}`;
  const { input } = loading;
  const path = besideInput(name, input);
  const file = loading.source.read(path);
  if ('text' in file) return file.text;
  const wrong = `${fullKey}: Can't open file ${path}: ${file.failure}`;
  if (loading.expand === 'everything' || !fullKey.startsWith('ssl_')) throw new ValueError(wrong);
  loading.notes.push(warning(`${input.path} line ${input.line}: ${wrong}`));
  return '';
};

/** @throws ValueError */
export const valueText = (loading: Loading, key: string, value: ValueText): string => {
  switch (value.from) {
    case 'text':
      return value.text;
    case 'file':
      return readFile(loading, loading.frame.path + key, value.text);
    case 'variables':
      return expandVariables(loading, key, value.text);
    default:
      return value.from satisfies never;
  }
};
