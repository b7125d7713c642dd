/**
 * getopt_long(3) of the GNU C library: options and other words mixed, letters joined (`-Fa path`), unique beginnings of
 * long names, `--` as the end. Error texts are the library's.
 */
import type { Parameter } from './command.ts';

export type Given = { readonly parameter: Parameter; readonly value: string };
export type Options =
  | { readonly given: readonly Given[]; readonly rest: readonly string[] }
  | { readonly error: string };

type Step = { given: Given[]; used: number } | { error: string };

/**
 * `lettersFirst`: getopt(3) with `+`, as the global options have it: letters only, and the first word that is no option
 * ends them.
 */
export const getopt = (words: readonly string[], parameters: readonly Parameter[], lettersFirst = false): Options => {
  const given: Given[] = [];
  const rest: string[] = [];
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? '';
    if (word === '--') return { given, rest: [...rest, ...words.slice(at + 1)] };
    if (word === '-' || !word.startsWith('-')) {
      if (lettersFirst) return { given, rest: words.slice(at) };
      rest.push(word);
      at++;
      continue;
    }
    const next = words[at + 1];
    const isLong = word.startsWith('--') && !lettersFirst;
    const step = isLong ? readLong(word.slice(2), next, parameters) : readShort(word, next, parameters);
    if ('error' in step) return step;
    given.push(...step.given);
    at += step.used;
  }
  return { given, rest };
};

const takesValue = ({ type }: Parameter): boolean => type !== 'bool';

const readShort = (word: string, next: string | undefined, parameters: readonly Parameter[]): Step => {
  const given: Given[] = [];
  for (let at = 1; at < word.length; at++) {
    const letter = word[at] ?? '';
    const parameter = parameters.find(({ short }) => short === letter);
    if (parameter === undefined) return { error: `invalid option -- '${letter}'` };
    if (!takesValue(parameter)) {
      given.push({ parameter, value: '' });
      continue;
    }
    if (at + 1 < word.length) return { given: [...given, { parameter, value: word.slice(at + 1) }], used: 1 };
    if (next === undefined) return { error: `option requires an argument -- '${letter}'` };
    return { given: [...given, { parameter, value: next }], used: 2 };
  }
  return { given, used: 1 };
};

const readLong = (text: string, next: string | undefined, parameters: readonly Parameter[]): Step => {
  const equals = text.indexOf('=');
  const name = equals === -1 ? text : text.slice(0, equals);
  const matches = parameters.filter((parameter) => parameter.name.startsWith(name));
  const parameter = parameters.find((each) => each.name === name) ?? matches[0];
  if (parameter === undefined) return { error: `unrecognized option '--${name}'` };
  if (matches.length > 1 && parameter.name !== name) {
    const possible = matches.map((each) => ` '--${each.name}'`).join('');
    return { error: `option '--${name}' is ambiguous; possibilities:${possible}` };
  }
  const inline = equals === -1 ? undefined : text.slice(equals + 1);
  if (!takesValue(parameter)) {
    if (inline !== undefined) return { error: `option '--${parameter.name}' doesn't allow an argument` };
    return { given: [{ parameter, value: '' }], used: 1 };
  }
  if (inline !== undefined) return { given: [{ parameter, value: inline }], used: 1 };
  if (next === undefined) return { error: `option '--${parameter.name}' requires an argument` };
  return { given: [{ parameter, value: next }], used: 2 };
};
