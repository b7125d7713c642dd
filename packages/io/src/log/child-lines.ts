/**
 * How the log lines of a child reach the files: through its stderr, which is a pipe to the master. Only the master opens
 * log files, so a child that gave up root needs no access to them and rotation happens in one place.
 *
 *     0x01 <level letter> <finished line> LF
 *
 * Anything else on that pipe is what the runtime itself says before it dies; the master logs it as an error.
 */
import { writeSync } from 'node:fs';
import { errorCode } from '../socket/connect-error.ts';
import type { FormatEntry } from './line.ts';
import { sanitize } from './line.ts';
import type { LogEntry, LogLevel, LogSink } from './log.ts';
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

/** What waits in the child while the master does not read; more is counted and told as lost. */
const MAX_UNSENT = 4_194_304;
const RETRY_MS = 10;
/** Each write wakes the master, and on a busy server most turns of the loop have a line. */
const GATHER_MS = 5;
/** How long the last lines of a child may take. */
const LAST_TRIES = 100;

/**
 * In the child. Info lines are gathered for a moment and leave in one write; problems leave at once. The pipe does not
 * block (the runtime made it so), so what does not fit now is tried again.
 */
export const createChildSink = (format: FormatEntry, fd = 2): LogSink => {
  let unsent = '';
  let begun: Uint8Array = new Uint8Array();
  let retry: NodeJS.Timeout | undefined;
  let lost = 0;
  const add = (entry: LogEntry, now: number): void => {
    for (const line of format(entry, now)) unsent += `\x01${LETTERS[entry.level]}${line}\n`;
  };
  const flush = (): void => {
    retry = undefined;
    if (lost > 0 && unsent === '') {
      const text = `${lost} log lines lost: Resource temporarily unavailable`;
      lost = 0;
      add({ level: 'error', service: 'log', event: 'log_lost', fields: {}, text }, Date.now());
    }
    if (begun.length === 0) {
      begun = Buffer.from(unsent, 'utf8');
      unsent = '';
    }
    begun = writeSome(fd, begun);
    if (begun.length > 0) retry = setTimeout(flush, RETRY_MS).unref();
    else if (unsent !== '' || lost > 0) flush();
  };
  const flushUnlessWaiting = (): void => {
    if (retry === undefined) flush();
  };
  process.on('exit', () => {
    clearTimeout(retry);
    for (let tries = 0; tries < LAST_TRIES; tries++) {
      flush();
      clearTimeout(retry);
      if (begun.length === 0) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  });
  return (entry, now) => {
    if (unsent.length >= MAX_UNSENT) {
      lost++;
      return;
    }
    if (unsent === '' && retry === undefined) setTimeout(flushUnlessWaiting, GATHER_MS).unref();
    add(entry, now);
    if (entry.level !== 'debug' && entry.level !== 'info') flushUnlessWaiting();
  };
};

/** What could not be written now. Nothing, if the master is gone, and with it every place where a line could be kept. */
const writeSome = (fd: number, bytes: Uint8Array): Uint8Array => {
  let rest = bytes;
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
    return rest;
  } catch (error) {
    return errorCode(error) === 'EAGAIN' ? rest : new Uint8Array();
  }
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
