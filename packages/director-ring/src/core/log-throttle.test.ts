import { expect, test } from 'vitest';
import { createLogThrottle } from './log-throttle.ts';

test('a hundred lines a second, then a summary of the rest', () => {
  const throttle = createLogThrottle();
  const accepted = Array.from({ length: 103 }, () => throttle.accept(5000)).filter(Boolean);
  expect(accepted).toHaveLength(100);
  expect(throttle.next()).toBe(6000);
  expect(throttle.summary(5999)).toBe(0);
  expect(throttle.summary(6000)).toBe(3);
  expect(throttle.next()).toBeUndefined();
  expect(throttle.accept(6000)).toBe(true);
});

test('or as many as wanted', () => {
  const throttle = createLogThrottle({ lines: 1, ms: 60_000 });
  expect([throttle.accept(5000), throttle.accept(5001), throttle.accept(64_999)]).toEqual([true, false, false]);
  expect(throttle.summary(65_000)).toBe(2);
});
