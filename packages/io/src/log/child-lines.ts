/**
 * How the log lines of a child reach the files: through its stderr, which is a pipe to the master. Only the master opens
 * log files, so a child that gave up root needs no access to them and rotation happens in one place.
 *
 *     0x01 <level letter> <finished line> LF
 *
 * Anything else on that pipe is what the runtime itself says before it dies; the master logs it as an error.
 */
import { writeSync } from 'node:fs';
import type { FormatEntry } from './line.ts';
import { sanitize } from './line.ts';
import type { LogLevel, LogSink } from './log.ts';
import type { LogLine } from './output.ts';

const LETTERS: Readonly<Record<LogLevel, string>> = {
  debug: 'd',
  info: 'i',
  warning: 'w',
  error: 'e',
  fatal: 'f',
  panic: 'p',
};
const LEVELS = new Map(Object.entries(LETTERS).map(([level, letter]) => [letter, level as LogLevel]));

/** A longer line is cut here, so that a child gone mad cannot fill the master's memory. */
const MAX_LINE = 65_536;

/** In the child. Info lines leave once per turn of the loop, in one write; problems leave at once. */
export const createChildSink = (format: FormatEntry, fd = 2): LogSink => {
  let unsent = '';
  const flush = (): void => {
    const bytes = unsent;
    unsent = '';
    try {
      if (bytes !== '') writeSync(fd, bytes);
    } catch {
      // The master is gone, and with it every place where a line could be kept.
    }
  };
  process.on('exit', flush);
  return (entry, now) => {
    if (unsent === '') setImmediate(flush);
    for (const line of format(entry, now)) unsent += `\x01${LETTERS[entry.level]}${line}\n`;
    if (entry.level !== 'debug' && entry.level !== 'info') flush();
  };
};

export type ChildLines = { push(text: string): readonly LogLine[]; end(): readonly LogLine[] };

/** In the master. `wrap` makes a whole log line of bare text. */
export const createChildLines = (wrap: (text: string) => readonly LogLine[]): ChildLines => {
  let rest = '';
  const decode = (line: string): readonly LogLine[] => {
    const level = line.startsWith('\x01') ? LEVELS.get(line.charAt(1)) : undefined;
    if (level !== undefined) return [{ level, line: sanitize(line.slice(2)) }];
    return line.trim() === '' ? [] : wrap(line);
  };
  return {
    push(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      const cut = rest.length > MAX_LINE ? decode(rest) : [];
      if (cut.length > 0) rest = '';
      return [...lines.flatMap(decode), ...cut];
    },
    end() {
      const last = rest;
      rest = '';
      return decode(last);
    },
  };
};
