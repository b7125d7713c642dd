import { linkSync, lstatSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyOwner, isJustMade, withMadeFile } from './made-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homing-made-'));
  path = join(folder, 'made');
});
afterEach(() => rmSync(folder, { recursive: true }));

const own = { mode: 0o666, uid: undefined, gid: undefined };

test('a link in the place of what we made is not followed', () => {
  const precious = join(folder, 'precious');
  writeFileSync(precious, '', { mode: 0o600 });
  symlinkSync(precious, path);
  const give = (): void => withMadeFile(path, isJustMade, (self, file) => applyOwner(path, self, file, own));
  // The link itself is ours, and chmod() of a link is refused.
  expect(give).toThrow(path);
  rmSync(path);
  linkSync(precious, path);
  expect(give).toThrow(`${path} was replaced by somebody`);
  expect(statSync(precious).mode & 0o777).toBe(0o600);
});

test('what has another name meanwhile stays the one that is meant', () => {
  writeFileSync(path, '', { mode: 0o600 });
  const moved = join(folder, 'moved');
  withMadeFile(path, isJustMade, (self, file) => {
    linkSync(path, moved);
    rmSync(path);
    writeFileSync(path, '', { mode: 0o600 });
    applyOwner(path, self, file, own);
  });
  expect([lstatSync(moved).mode & 0o777, lstatSync(path).mode & 0o777]).toEqual([0o666, 0o600]);
});
