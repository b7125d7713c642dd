/** What is printed for a command line that names no command, or one in the wrong way (doveadm.md 2.1). */
import type { CommandSpec } from './command.ts';

const NAME_WIDTH = 12;

const line = (name: string, text: string): string => `  ${name.padEnd(NAME_WIDTH)} ${text}\n`;

/** All commands, or those of one group (`director`). Sub commands stand in one line. */
export const usage = (program: string, commands: readonly CommandSpec[], group = ''): string => {
  const prefix = group === '' ? '' : `${group} `;
  const shown = commands
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name, usage: text }) => ({ words: name.slice(prefix.length).split(' '), text }))
    .sort((a, b) => (a.words.join(' ') < b.words.join(' ') ? -1 : 1));
  const groups = new Map<string, Set<string>>();
  let lines = '';
  for (const { words, text } of shown) {
    const [first = '', second] = words;
    if (second === undefined) lines += line(first, text);
    else if (groups.has(first)) groups.get(first)?.add(second);
    else {
      groups.set(first, new Set([second]));
      lines += first + GROUP_MARK;
    }
  }
  for (const [name, members] of groups) lines = lines.replace(name + GROUP_MARK, line(name, [...members].join('|')));
  return `usage: ${program} [-Dv] [-f <formatter>] ${prefix}<command> [<args>]\n${lines}`;
};

/** Stands where a group's line will be; no command name contains it. */
const GROUP_MARK = '\0';

export const commandUsage = (program: string, { name, usage: text }: CommandSpec): string =>
  `${program} ${name} ${text}\n`;
