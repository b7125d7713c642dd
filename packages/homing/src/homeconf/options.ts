/** The command line of `homeconf`: doveconf's options, as a request. Pure. */
import type { Request, Scope } from '@homing/config';

export type Options =
  | { readonly do: 'print'; readonly request: Request & { readonly path: string }; readonly defaults: boolean }
  | { readonly do: 'help' }
  | { readonly do: 'usage-error'; readonly text: string };

/** Letters of one word may stand together (`-Pn`); names may stand between options, as getopt(3) has it. */
type Word = { readonly flag: string; readonly value: string } | { readonly name: string } | { readonly wrong: string };

const flags = 'adhnNPsSx';
const withValue = 'cfm';

const readLetters = (letters: string, next: string | undefined): { words: Word[]; takesNext: boolean } => {
  const words: Word[] = [];
  for (const [at, flag] of letters.split('').entries()) {
    if (withValue.includes(flag)) {
      const rest = letters.slice(at + 1);
      const value = rest === '' ? next : rest;
      words.push(value === undefined ? { wrong: `option requires an argument -- '${flag}'` } : { flag, value });
      return { words, takesNext: rest === '' };
    }
    if (!flags.includes(flag)) return { words: [{ wrong: `invalid option -- '${flag}'` }], takesNext: false };
    words.push({ flag, value: '' });
  }
  return { words, takesNext: false };
};

const readWords = (args: readonly string[]): Word[] => {
  const words: Word[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') return [...words, ...args.slice(at + 1).map((name) => ({ name }))];
    if (!arg.startsWith('-') || arg === '-') {
      words.push({ name: arg });
      continue;
    }
    const letters = readLetters(arg.slice(1), args[at + 1]);
    words.push(...letters.words);
    if (letters.takesNext) at++;
  }
  return words;
};

const scopes: Readonly<Record<string, Scope>> = { n: 'changed', N: 'set', s: 'hidden' };

export const parseOptions = (args: readonly string[], fallback: string): Options & { filters: readonly string[] } => {
  if (args.includes('--help')) return { do: 'help', filters: [] };
  const words = readWords(args);
  const wrong = words.find((word) => 'wrong' in word);
  if (wrong !== undefined) return { do: 'usage-error', text: wrong.wrong, filters: [] };
  const given = words.filter((word) => 'flag' in word);
  const names = words.filter((word) => 'name' in word).map(({ name }) => name);
  const has = (flag: string): boolean => given.some((word) => word.flag === flag);
  const valuesOf = (flag: string): string[] => given.filter((word) => word.flag === flag).map(({ value }) => value);
  const scope = given.map(({ flag }) => scopes[flag]).findLast((chosen) => chosen !== undefined) ?? 'all';
  return {
    do: 'print',
    defaults: has('d'),
    filters: valuesOf('f'),
    request: {
      path: valuesOf('c').at(-1) ?? fallback,
      scope: scope === 'all' && names.length > 0 ? 'hidden' : scope,
      form: has('S') ? 'flat' : 'blocks',
      expand: has('x'),
      hideSecrets: !has('P'),
      hideKeys: has('h'),
      names,
      modules: valuesOf('m'),
      asked: {},
    },
  };
};
