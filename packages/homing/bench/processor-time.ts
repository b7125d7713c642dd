/** The processor time of a server: of all its processes, system calls included. Linux. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { familyOf } from '../interop/lib/process.ts';

/** Seconds since their start, of the processes that live now. */
export const processorTime = (pid: number): number =>
  familyOf(pid).reduce((sum, member) => sum + ticksOf(member), 0) / ticksPerSecond;

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'latin1' }));

/** utime and stime of proc_pid_stat(5): fields 14 and 15; the name before them may hold anything but ends at the last `)`. */
const ticksOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const [user = '0', system = '0'] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return Number(user) + Number(system);
};
