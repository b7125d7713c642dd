import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AlreadyRunning, createPidFile, runningPid } from './pid-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homing-pid-'));
  path = join(folder, 'master.pid');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('holds the PID and a newline while in use, and is gone after', () => {
  expect(runningPid(path)).toBeUndefined();
  const file = createPidFile(path, 4711);
  expect(readFileSync(path, 'latin1')).toBe('4711\n');
  expect(runningPid(path)).toBe(4711);
  expect(() => createPidFile(path, 4712)).toThrow(AlreadyRunning);
  expect(() => createPidFile(path, 4712)).toThrow(`Homing is already running with PID 4711 (read from ${path})`);
  expect(readFileSync(path, 'latin1')).toBe('4711\n');
  file.remove();
  expect(existsSync(path)).toBe(false);
});

test('what a killed server has left is taken over, even if its PID belongs to somebody now', () => {
  writeFileSync(path, `${process.pid} and more that was longer\n`);
  expect(runningPid(path)).toBeUndefined();
  const file = createPidFile(path, 5);
  expect(readFileSync(path, 'latin1')).toBe('5\n');
  file.remove();
});

test.runIf(process.platform === 'linux')("a running Dovecot's file is left alone", async () => {
  const dovecot = join(folder, 'dovecot');
  symlinkSync('/bin/sleep', dovecot);
  const child = spawn(dovecot, ['60']);
  await new Promise((resolve) => child.once('spawn', resolve));
  writeFileSync(path, `${child.pid}\n`);
  expect(() => createPidFile(path, 5)).toThrow(`Dovecot is already running with PID ${child.pid} (read from ${path})`);
  expect(readFileSync(path, 'latin1')).toBe(`${child.pid}\n`);
  child.kill();
});
