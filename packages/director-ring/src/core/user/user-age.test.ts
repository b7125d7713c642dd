import { expect, test } from 'vitest';
import { isNearExpiry, isRecent } from './user-age.ts';

/** A user whose last refresh was `age` seconds ago. */
const NOW = 1_000_000;

test.each([
  // 10 % of the expiry, at least 3 s, at most 30 s.
  [900, 870, 871],
  [12, 9, 10],
  [100, 90, 91],
  [600, 570, 571],
  [10, 7, 8],
])('expiring after %i s: not near at %i s, near at %i s', (expire, before, near) => {
  expect(isNearExpiry(NOW - before, expire, NOW)).toBe(false);
  expect(isNearExpiry(NOW - near, expire, NOW)).toBe(true);
});

test.each([
  [900, 450, 451],
  [15, 7, 8],
])('expiring after %i s: recent at %i s, not any more at %i s', (expire, recent, after) => {
  expect(isRecent(NOW - recent, expire, NOW)).toBe(true);
  expect(isRecent(NOW - after, expire, NOW)).toBe(false);
});
