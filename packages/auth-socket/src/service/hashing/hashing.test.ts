import { expect, test } from 'vitest';
import { createHashing } from './hashing.ts';

const STORED =
  '{SHA512-CRYPT}$6$rounds=1000$0123456789abcdef$ZIAd5WqfyLkpvsVCVUU1GrvqaZTqvhJoouxdSqJO71l9Ld3tVrfOatEjarhghvEYADkq//LpDnTeO90tcbtHR1';

test('hashes are computed in threads, more than there are threads', async () => {
  await using hashing = createHashing(2);
  const good = Array.from({ length: 6 }, () => hashing.verifyPassword('08/15!test~4711', STORED, 'CRYPT'));
  const bad = hashing.verifyPassword('other', STORED, 'CRYPT');
  expect(good.every((verdict) => verdict instanceof Promise)).toBe(true);
  expect(await Promise.all([...good, bad])).toEqual([true, true, true, true, true, true, false]);
});

test('a hash the thread cannot compute is a failure verdict', async () => {
  await using hashing = createHashing(1);
  const verdict = await hashing.verifyPassword('x', '{CRYPT}$y$j9T$a$b', 'CRYPT');
  expect(verdict).toEqual({ failure: 'Invalid password in passdb: crypt() failed: $y$ is not supported' });
});

test('disposal ends what waits', async () => {
  const hashing = createHashing(1);
  const answers = [hashing.verifyPassword('x', STORED, 'CRYPT'), hashing.verifyPassword('y', STORED, 'CRYPT')];
  const settled = Promise.allSettled(answers.map(async (answer) => answer));
  await hashing[Symbol.asyncDispose]();
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
