/** The options before the command's name (doveadm.md 2.1). */
import type { Parameter } from './command.ts';
import { getopt } from './getopt.ts';

export type GlobalOptions = {
  readonly do: 'run';
  readonly debug: boolean;
  readonly verbose: boolean;
  readonly hideTitles: boolean;
  readonly format: string | undefined;
  readonly config: string | undefined;
  /** `name=value`, as given. */
  readonly overrides: readonly string[];
  /** `-O`: no configuration file at all. */
  readonly defaultsOnly: boolean;
  readonly words: readonly string[];
};

export type GlobalLine =
  | GlobalOptions
  | { readonly do: 'help' | 'version' }
  | { readonly do: 'error'; readonly text: string };

const flag = (short: string): Parameter => ({ name: short, short, type: 'bool' });
const valued = (short: string): Parameter => ({ name: short, short, type: 'array' });

const OPTIONS: readonly Parameter[] = [...'DhvO'.split('').map(flag), ...'fco'.split('').map(valued)];

export const readGlobalOptions = (words: readonly string[]): GlobalLine => {
  if (words[0] === '--help') return { do: 'help' };
  if (words[0] === '--version') return { do: 'version' };
  const options = getopt(words, OPTIONS, true);
  if ('error' in options) return { do: 'error', text: options.error };
  const values = (short: string): string[] =>
    options.given.filter(({ parameter }) => parameter.name === short).map(({ value }) => value);
  const has = (short: string): boolean => options.given.some(({ parameter }) => parameter.name === short);
  return {
    do: 'run',
    debug: has('D'),
    verbose: has('v') || has('D'),
    hideTitles: has('h'),
    format: values('f')[0],
    config: values('c').at(-1),
    overrides: values('o'),
    defaultsOnly: has('O'),
    words: options.rest,
  };
};
