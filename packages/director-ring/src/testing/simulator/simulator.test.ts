/** Hundreds of random lives of a ring; `simulator.fuzz.ts` runs more. */
import { expect, test } from 'vitest';
import { findFailure } from './find-failure.ts';

const SEEDS = 200;

test('no user is on two mail hosts, and every ring recovers', () => {
  const { failure, splits, healed } = findFailure(1, (count) => count < SEEDS);
  expect(failure).toBe('');
  // The promise is about users who were split; a simulation without them would say nothing.
  expect(splits).toBeGreaterThan(100);
  expect(healed).toBeGreaterThan(400);
}, 60_000);
