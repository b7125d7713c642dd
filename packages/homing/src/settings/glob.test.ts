import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { expandBraces, glob } from './glob.ts';

const folder = mkdtempSync(join(tmpdir(), 'glob-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ['10-a.conf', '9-b.conf', '.hidden.conf', 'x.ext']) writeFileSync(join(folder, name), '');

test.each([
  ['a', ['a']],
  ['{b,a}.conf', ['b.conf', 'a.conf']],
  ['x{1,{2,3}}y', ['x1y', 'x2y', 'x3y']],
  ['{a,b}{c,d}', ['ac', 'ad', 'bc', 'bd']],
  ['{open', ['{open']],
])('%s has the alternatives %j', (pattern, expected) => {
  expect(expandBraces(pattern)).toEqual(expected);
});

test.each([
  ['*.conf', ['10-a.conf', '9-b.conf']],
  ['{9,10}-*.conf', ['9-b.conf', '10-a.conf']],
  ['x.ext', ['x.ext']],
  ['y.ext', []],
  ['[0-9]-?.conf', ['9-b.conf']],
])('%s matches %j', (pattern, expected) => {
  expect(glob(join(folder, pattern))).toEqual(expected.map((name) => join(folder, name)));
});
