/**
 * syslog(3). It reconnects by itself when the daemon restarts and drops lines when there is none, so it cannot fail.
 * The identity is `dovecot`'s counterpart, `instance_name`; the facility is `syslog_facility`.
 */
import koffi from 'koffi';
import { libc } from '../system/libc.ts';
import type { LogLevel } from './log.ts';

/** syslog.h; what Dovecot accepts in `syslog_facility` (lib/syslog-util.c). */
const FACILITIES: Readonly<Record<string, number>> = {
  kern: 0,
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  syslog: 5,
  lpr: 6,
  news: 7,
  uucp: 8,
  cron: 9,
  authpriv: 10,
  ftp: 11,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
};
const PRIORITIES: Readonly<Record<LogLevel, number>> = { debug: 7, info: 6, warning: 4, error: 3, fatal: 2, panic: 2 };
const LOG_NDELAY = 8;

export type WriteSyslog = (level: LogLevel, line: string) => void;

/** Throws for a facility that syslog does not know. */
export const createSyslog = (identity: string, facility: string): WriteSyslog => {
  const number = FACILITIES[facility];
  if (number === undefined) throw new Error(`Unknown syslog_facility: ${facility}`);
  /** The C library keeps the pointer, so the bytes must live as long as the process. */
  const ident = koffi.alloc('char', Buffer.byteLength(identity) + 1);
  koffi.encode(ident, 'char', identity, Buffer.byteLength(identity) + 1);
  const { openlog, syslog } = libc();
  openlog(ident, LOG_NDELAY, number << 3);
  return (level, line) => syslog(PRIORITIES[level], '%s', 'string', line);
};
