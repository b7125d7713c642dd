/**
 * One entry as one line, without its LF: Dovecot's text, or JSON.
 *
 *     <log_timestamp><service>: <Level>: <text>
 *
 * For syslog without the time, which it stamps itself, and without `Info: `, as Dovecot does (lib/failures.c,
 * syslog_format()): patterns written for its lines, fail2ban's say, match ours.
 *
 * Control characters never reach a log: whoever chooses a user name must not be able to write a line of his own, nor
 * drive a terminal. They become `?`, as str_sanitize() does. Only the stack of a panic has several lines; each is
 * written with the full prefix.
 */
import pino from 'pino';
import type { LogEntry, LogLevel } from './log.ts';
import type { FormatTimestamp } from './timestamp.ts';

/** The lines of an entry: one, or one a line of a panic's stack. */
export type FormatEntry = (entry: LogEntry, now: number) => readonly string[];

const NAMES: Readonly<Record<LogLevel, string>> = {
  debug: 'Debug',
  info: 'Info',
  warning: 'Warning',
  error: 'Error',
  fatal: 'Fatal',
  panic: 'Panic',
};

/** C0, DEL, C1 and the Unicode line ends. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const EACH_CONTROL = new RegExp(CONTROL, 'g');

export const sanitize = (text: string): string => (CONTROL.test(text) ? text.replace(EACH_CONTROL, '?') : text);

/** Without a `timestamp` for syslog. */
export const createTextFormat = (timestamp: FormatTimestamp | undefined): FormatEntry => {
  return (entry, now) => {
    const level = timestamp === undefined && entry.level === 'info' ? '' : `${NAMES[entry.level]}: `;
    const head = `${timestamp?.(now) ?? ''}${entry.service}: ${level}`;
    if (entry.level !== 'panic') return [head + sanitize(entry.text)];
    return entry.text.split('\n').map((line) => head + sanitize(line));
  };
};

/** pino's usual numbers; panic is ours. */
const JSON_LEVELS = { debug: 20, info: 30, warning: 40, error: 50, fatal: 60, panic: 70 };

export const createJsonFormat = (): FormatEntry => {
  let line = '';
  const logger = pino(
    {
      level: 'debug',
      base: null,
      timestamp: false,
      messageKey: 'text',
      customLevels: JSON_LEVELS,
      useOnlyCustomLevels: true,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write: (bytes: string) => {
        line = bytes.trimEnd();
      },
    },
  );
  return ({ level, service, event, fields, text }, now) => {
    logger[level]({ time: new Date(now).toISOString(), service, event, ...fields }, text);
    return [line];
  };
};
