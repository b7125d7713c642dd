import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder, makeOwnFolder } from './own-folder.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'homing-own-folder-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o7777;

test('makes the folder for its owner alone, and what is above it for all', () => {
  const path = join(dir, 'state/homing');
  makeOwnFolder(path, undefined);
  expect([modeOf(join(dir, 'state')), modeOf(path)]).toEqual([0o755, 0o700]);
  chmodSync(path, 0o777);
  writeFileSync(join(path, 'kept'), '');
  makeOwnFolder(path, undefined);
  expect([modeOf(path), statSync(join(path, 'kept')).size]).toEqual([0o700, 0]);
});

test.skipIf(process.getuid?.() !== 0)('gives it to its owner', () => {
  const path = join(dir, 'homing');
  makeOwnFolder(path, { uid: 4711, gid: 4712 });
  expect(statSync(path)).toMatchObject({ uid: 4711, gid: 4712 });
});

test.each([
  ['a file', (path: string) => writeFileSync(path, ''), 'ENOTDIR'],
  ['a link that somebody put there', (path: string) => symlinkSync('/tmp', path), 'ENOTDIR'],
])('%s in its place is refused', (_, make, code) => {
  make(join(dir, 'homing'));
  expect(() => makeOwnFolder(join(dir, 'homing'), undefined)).toThrow(expect.objectContaining({ code }));
});

test('one process at a time has it', () => {
  const lock = lockFolder(dir);
  expect(lock).toBeDefined();
  expect(lockFolder(dir)).toBeUndefined();
  lock?.release();
  const again = lockFolder(dir);
  expect(again).toBeDefined();
  again?.release();
});
