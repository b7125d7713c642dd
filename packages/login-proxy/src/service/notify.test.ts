import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryLog, openFifo } from '@homing/io';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProxyNotify } from './notify.ts';

let dir = '';
let clock = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  dir = mkdtempSync(join(tmpdir(), 'homing-notify-'));
  clock = 1_000_000_000;
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(dir, { recursive: true });
});

const pass = (seconds: number): void => {
  for (let i = 0; i < seconds; i++) {
    clock += 1000;
    vi.advanceTimersByTime(1000);
  }
};

const notifyTo = (path: string) => {
  const log = createMemoryLog();
  const notify = createProxyNotify({ path, log, now: () => clock });
  return { notify, lines: () => log.entries.map(({ text }) => text) };
};

test('a line every period for each session, none after its end', async () => {
  const path = join(dir, 'proxy-notify');
  const fifo = openFifo(path, { mode: 0o600, uid: -1, gid: -1 });
  const { notify, lines } = notifyTo(path);
  const endAlice = notify.watch('alice', 2);
  notify.watch('b\tob', 3);
  pass(3);
  endAlice();
  pass(3);
  notify.watch('end', 1);
  pass(1);
  let read = '';
  for await (const chunk of fifo) {
    read += String(chunk);
    if (read.includes('end\n')) break;
  }
  expect(read).toBe('alice\nb\x01tob\nb\x01tob\nend\n');
  expect(lines()).toEqual([]);
  notify.close();
  fifo.destroy();
});

test('no fifo: one error a minute, and nobody waits', () => {
  const path = join(dir, 'nowhere');
  const { notify, lines } = notifyTo(path);
  notify.watch('alice', 1);
  pass(59);
  expect(lines()).toEqual([`open(${path}) failed: No such file or directory`]);
  pass(2);
  expect(lines()).toHaveLength(2);
  notify.close();
});

test('a fifo without a reader', () => {
  const path = join(dir, 'proxy-notify');
  openFifo(path, { mode: 0o600, uid: -1, gid: -1 }).destroy();
  const { notify, lines } = notifyTo(path);
  notify.watch('alice', 1);
  pass(1);
  expect(lines()[0]).toMatch(/failed: No such device or address$/);
  notify.close();
});
