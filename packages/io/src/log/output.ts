/**
 * Which line goes where: `log_path` takes all, unless `info_log_path` takes info and debug, unless `debug_log_path` takes
 * debug. `syslog` and `/dev/stderr` are names, everything else is a file.
 */

import { existsSync } from 'node:fs';
import { errorCode } from '../socket/connect-error.ts';
import { errnoText } from '../system/libc.ts';
import { createDescriptorDestination, createFileDestination, type Destination } from './destination.ts';
import { createJsonFormat, createTextFormat, type FormatEntry } from './line.ts';
import type { LogEntry, LogLevel, LogSink } from './log.ts';
import { createSyslog, type WriteSyslog } from './syslog.ts';
import { createTimestamp } from './timestamp.ts';

/** Named as the settings are; `format` is ours. */
export type LogTargets = {
  readonly log_path: string;
  readonly info_log_path: string;
  readonly debug_log_path: string;
  readonly log_timestamp: string;
  readonly syslog_facility: string;
  readonly instance_name: string;
  readonly format: 'text' | 'json';
};

export type LogLine = { readonly level: LogLevel; readonly line: string };

export type LogOutput = {
  write(lines: readonly LogLine[]): void;
  /** The first file that could not be opened again; the old ones stay in use. */
  reopen(): Error | undefined;
  close(): void;
};

const STDERR = 2;

export const targetPath = (targets: LogTargets, level: LogLevel): string => {
  const { log_path, info_log_path, debug_log_path } = targets;
  if (level === 'debug') return debug_log_path || info_log_path || log_path;
  return level === 'info' ? info_log_path || log_path : log_path;
};

const LEVELS = ['error', 'info', 'debug'] as const;

/** What an administrator should know: without a daemon, syslog(3) drops lines and says nothing. */
export const lostLines = (targets: LogTargets): string | undefined =>
  LEVELS.some((level) => targetPath(targets, level) === 'syslog') && !existsSync('/dev/log')
    ? 'There is no /dev/log, so lines for syslog are lost: set log_path to a file or /dev/stderr'
    : undefined;

/** Throws if a log file cannot be opened. */
export const createLogOutput = (targets: LogTargets): LogOutput => {
  const files = new Map<string, Destination>();
  let syslog: WriteSyslog | undefined;
  for (const level of LEVELS) {
    const path = targetPath(targets, level);
    if (path === 'syslog') syslog ??= createSyslog(targets.instance_name, targets.syslog_facility);
    else if (!files.has(path)) files.set(path, openDestination(path));
  }
  return {
    write(lines) {
      const batches = new Map<string, string>();
      for (const { level, line } of lines) {
        const path = targetPath(targets, level);
        if (path === 'syslog') syslog?.(level, line);
        else batches.set(path, `${batches.get(path) ?? ''}${line}\n`);
      }
      for (const [path, batch] of batches) files.get(path)?.write(batch);
    },
    reopen: () => [...files.values()].map((file) => file.reopen()).find((error) => error !== undefined),
    close() {
      for (const file of files.values()) file.close();
    },
  };
};

const openDestination = (path: string): Destination => {
  if (path === '/dev/stderr') return createDescriptorDestination(STDERR);
  try {
    return createFileDestination(path);
  } catch (error) {
    throw new Error(`Can't open log file ${path}: ${errnoText(errorCode(error))}`, { cause: error });
  }
};

/** What makes entries into lines for these targets. syslog stamps the time itself. */
export const createFormat = (targets: LogTargets): FormatEntry => {
  if (targets.format === 'json') return createJsonFormat();
  const stamped = createTextFormat(createTimestamp(targets.log_timestamp));
  const bare = createTextFormat(undefined);
  return (entry: LogEntry, now: number) => (targetPath(targets, entry.level) === 'syslog' ? bare : stamped)(entry, now);
};

export const createOutputSink =
  (format: FormatEntry, output: Pick<LogOutput, 'write'>): LogSink =>
  (entry, now) =>
    output.write(format(entry, now).map((line) => ({ level: entry.level, line })));
