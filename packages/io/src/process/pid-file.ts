/**
 * `base_dir/master.pid`: the PID and a newline, as doveadm and init scripts read it. That it is in use is told by a lock
 * on the open file and not by the number in it, which after a reboot may belong to anybody. Dovecot takes no lock; its
 * file is respected as long as the number belongs to a dovecot.
 */
import { closeSync, ftruncateSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { libc } from '../system/libc.ts';

const LOCK_EX_NB = 2 | 4;
const LOCK_UN = 8;

export type PidFile = { remove(): void };

export class AlreadyRunning extends Error {
  constructor(pid: number | undefined, path: string, who = 'Homing') {
    super(`${who} is already running with PID ${pid ?? 'unknown'} (read from ${path})`);
    this.name = 'AlreadyRunning';
  }
}

/** Throws `AlreadyRunning`, or the file system's error. The folder must exist. */
export const createPidFile = (path: string, pid: number): PidFile => {
  const fd = openSync(path, 'a+', 0o644);
  if (libc().flock(fd, LOCK_EX_NB) !== 0) {
    closeSync(fd);
    throw new AlreadyRunning(readPid(path), path);
  }
  const other = readPid(path);
  if (other !== undefined && commandOf(other) === 'dovecot') {
    closeSync(fd);
    throw new AlreadyRunning(other, path, 'Dovecot');
  }
  ftruncateSync(fd);
  writeSync(fd, `${pid}\n`);
  return {
    remove() {
      unlinkSync(path);
      closeSync(fd);
    },
  };
};

/** The PID of the process that holds the file, or undefined if nobody does. */
export const runningPid = (path: string): number | undefined => {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const { flock } = libc();
    if (flock(fd, LOCK_EX_NB) !== 0) return readPid(path);
    flock(fd, LOCK_UN);
    return undefined;
  } finally {
    closeSync(fd);
  }
};

/** The program's name; empty if there is no such process. */
const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1').trim();
  } catch {
    return '';
  }
};

const readPid = (path: string): number | undefined => {
  const text = readFileSync(path, 'latin1').trim();
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
};
