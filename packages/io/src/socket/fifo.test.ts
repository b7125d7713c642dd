import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checked, libc } from '../system/libc.ts';
import { openFifo } from './fifo.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const newPath = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'homing-fifo-'));
  folders.push(folder);
  return join(folder, 'notify');
};

const OWNER = { mode: 0o622, uid: undefined, gid: undefined };

test('what writers say arrives, writer after writer', async () => {
  const path = newPath();
  const fifo = openFifo(path, OWNER);
  let read = '';
  const three = new Promise<void>((resolve) => {
    fifo.on('data', (bytes: Buffer) => {
      read += bytes.toString('latin1');
      if (read.split('\n').length === 4) resolve();
    });
  });
  for (let n = 0; n < 3; n++) await ended(writer(path));
  await three;
  expect(read).toBe('alice\nalice\nalice\n');
  fifo.destroy();
});

test('a writer that waits for the reader of a fifo left behind waits no longer', async () => {
  const path = newPath();
  checked('mkfifo', libc().mkfifo(path, 0o622), path);
  const waiting = writer(path, 'echo waits');
  await new Promise((resolve) => waiting.stdout?.once('data', resolve));
  const fifo = openFifo(path, OWNER);
  await ended(waiting);
  fifo.destroy();
});

/** Writes a line, once it could open the fifo. */
const writer = (path: string, first = ':') =>
  spawn('sh', ['-c', `${first}; echo alice > ${path}`], { stdio: ['ignore', 'pipe', 'ignore'] });

const ended = (child: ReturnType<typeof writer>): Promise<unknown> =>
  new Promise((resolve) => child.once('exit', resolve));
