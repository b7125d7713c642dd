import { expect, test } from 'vitest';
import { afterExit, type Backoff, NO_FAILURES } from './backoff.ts';

const waits = (lifetimes: readonly number[]): number[] => {
  let backoff: Backoff = NO_FAILURES;
  return lifetimes.map((lifetime) => {
    const next = afterExit(backoff, lifetime);
    backoff = next.backoff;
    return next.waitMs;
  });
};

test('the first restart is at once, a child that keeps failing waits longer and longer', () => {
  expect(waits([100, 100, 100, 100, 100, 100, 100, 100])).toEqual([
    0, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000,
  ]);
});

test('a child that had run for a while is forgiven', () => {
  expect(waits([100, 100, 100, 10_000, 100])).toEqual([0, 2000, 4000, 0, 2000]);
});
