import { expect, test } from 'vitest';
import { createQuota } from './quota.ts';

test('what a connection takes counts for all', () => {
  const all = createQuota(3);
  const [one, other] = [createQuota(2, all), createQuota(2, all)];
  one.take();
  one.take();
  expect([one.admits(), other.admits()]).toEqual([false, true]);
  other.take();
  expect([other.admits(), all.admits()]).toEqual([false, false]);
  one.give(2);
  expect([one.admits(), other.admits()]).toEqual([true, true]);
  expect([all.takeRefused(), all.takeRefused()]).toEqual([3, 0]);
});
