import { expect, test } from 'vitest';
import { runCommand } from './run-command.ts';

const never = new AbortController().signal;

test.each([
  ['exit 0', true, ''],
  ['echo one; echo two >&2; exit 3', false, 'one\n'],
])('%s', async (script, isSuccess, output) => {
  const result = await runCommand('/bin/sh', ['-c', script], { maxOutput: 100, signal: never });
  expect(result).toEqual({ isSuccess, output });
});

test('a program that is not there', async () => {
  await expect(runCommand('/nonexistent', [], { maxOutput: 100, signal: never })).rejects.toThrow('ENOENT');
});

test('too much output ends it', async () => {
  await expect(runCommand('/bin/sh', ['-c', 'yes'], { maxOutput: 100, signal: never })).rejects.toThrow('100 bytes');
});

test('aborting kills it', async () => {
  const abort = new AbortController();
  const result = runCommand('/bin/sh', ['-c', 'cat /dev/zero > /dev/null'], { maxOutput: 100, signal: abort.signal });
  abort.abort();
  await expect(result).rejects.toThrow('abort');
});
