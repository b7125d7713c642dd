/**
 * Asks a director for its ring every 5 ms, from when its socket is there until this process is killed. A line for each answer: when it was asked and when it had
 * answered, in ns of the monotonic clock, and whether a neighbour is `alone`, `joining` or `joined`. It reads and writes
 * with blocking system calls: what is slow is the director.
 *
 *     node ring-watch.ts <director-admin socket>
 */
import { existsSync, readSync, writeSync } from 'node:fs';
import { directorRows } from '../../interop/ring/admin.ts';
import { connectBlocking } from './connect-blocking.ts';

const EVERY_MS = 5;
const STDOUT = 1;

const buffer = Buffer.alloc(65_536);

const readUntil = (fd: number, isWhole: (text: string) => boolean): string => {
  let text = '';
  while (!isWhole(text)) {
    const length = readSync(fd, buffer);
    if (length === 0) throw new Error('the director closed the connection');
    text += buffer.toString('latin1', 0, length);
  }
  return text;
};

const phaseOf = (answer: string): string => {
  const rows = directorRows(answer.split('\n').slice(0, -2));
  const isSynced = rows.some(({ type, status }) => type === 'self' && status === 'ring synced');
  const neighbours = rows.filter(({ type }) => ['left', 'right'].includes(type));
  if (isSynced && neighbours.length === 2 && neighbours.every(({ status }) => status === 'synced')) return 'joined';
  // Its VERSION is here.
  return rows.some(({ type }) => ['left', 'in'].includes(type)) ? 'joining' : 'alone';
};

const sleeper = new Int32Array(new SharedArrayBuffer(4));
const pause = (): void => void Atomics.wait(sleeper, 0, 0, EVERY_MS);

const path = process.argv[2] ?? '';
while (!existsSync(path)) pause();
const fd = connectBlocking(path);
writeSync(fd, 'VERSION\tdirector-doveadm\t1\t0\n');
readUntil(fd, (text) => text.endsWith('\n'));
for (;;) {
  const asked = process.hrtime.bigint();
  writeSync(fd, 'DIRECTOR-LIST\n');
  const answer = readUntil(fd, (text) => text === '\n' || text.endsWith('\n\n'));
  const answered = process.hrtime.bigint();
  writeSync(STDOUT, `${asked}\t${answered}\t${phaseOf(answer)}\n`);
  pause();
}
