/** Finds the command that the words begin with. Whole words only: doveadm takes no abbreviations. */
import type { CommandSpec } from './command.ts';

export type Found<T extends CommandSpec> = {
  readonly command: T;
  /** What follows the name. */
  readonly rest: readonly string[];
};

export const findCommand = <T extends CommandSpec>(
  words: readonly string[],
  commands: readonly T[],
): Found<T> | undefined => {
  for (const command of commands) {
    const name = command.name.split(' ');
    if (name.every((word, at) => words[at] === word)) return { command, rest: words.slice(name.length) };
  }
  return undefined;
};
