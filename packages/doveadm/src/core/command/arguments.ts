/** The words after a command's name, as values of its parameters (doveadm-cmd.c doveadm_cmd_run_ver2). */
import type { CommandSpec, Parameter, Values } from './command.ts';
import { getopt } from './getopt.ts';

/** `error`: the line for stderr, without the program's `Error: `; `from` says whose words these are. */
export type Arguments = { values: Values } | { error: string; from: 'getopt' | 'doveadm' };

export const readArguments = ({ parameters }: CommandSpec, words: readonly string[]): Arguments => {
  const options = getopt(words, parameters);
  if ('error' in options) return { error: options.error, from: 'getopt' };
  const filled = new Map<string, string[]>();
  const fill = ({ name, type }: Parameter, value: string): void => {
    if (type === 'int64' && !isInt64(value)) filled.delete(name);
    else filled.set(name, type === 'array' ? [...(filled.get(name) ?? []), value] : [value]);
  };
  for (const { parameter, value } of options.given) fill(parameter, value);
  for (const [at, word] of options.rest.entries()) {
    const free = parameters.find(({ name, type, positional }) => positional && (type === 'array' || !filled.has(name)));
    if (free === undefined) {
      return { error: `Extraneous arguments found: ${options.rest.slice(at).join(' ')}`, from: 'doveadm' };
    }
    fill(free, word);
  }
  return { values: valuesOf(filled) };
};

const isInt64 = (text: string): boolean => {
  if (!/^-?\d{1,19}$/.test(text)) return false;
  return BigInt.asIntN(64, BigInt(text)) === BigInt(text);
};

const valuesOf = (filled: ReadonlyMap<string, readonly string[]>): Values => ({
  text: (name) => filled.get(name)?.[0],
  flag: (name) => filled.has(name),
  number: (name) => {
    const text = filled.get(name)?.[0];
    return text === undefined ? undefined : Number(text);
  },
  list: (name) => filled.get(name) ?? [],
});
