import { createMemoryLog } from '@homing/io';
import { expect, test } from 'vitest';
import { createDriverDeps } from './driver-deps.ts';

const { files } = createDriverDeps(createMemoryLog('auth'));

test.each([
  ['ENOTDIR', '/etc/passwd/users', 'Not a directory'],
  ['ENOENT', '/etc/no-such-file', 'No such file or directory'],
])('%s is told in words', (code, path, message) => {
  expect(() => files.stat(path)).toThrow(expect.objectContaining({ code, message }));
  expect(() => files.read(path)).toThrow(expect.objectContaining({ code, message }));
});
