/** As many random lives of a ring as there is time for: `FUZZ_SECONDS` (10), from seed `FUZZ_SEED` (by the clock). */
import { expect, test } from 'vitest';
import { findFailure } from './find-failure.ts';

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 10);
const FIRST_SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Date.now() / 1000));

test(
  `no user is on two mail hosts, and every ring recovers: from seed ${FIRST_SEED}`,
  () => {
    const end = performance.now() + SECONDS * 1000;
    expect(findFailure(FIRST_SEED, () => performance.now() < end).failure).toBe('');
  },
  (SECONDS + 60) * 1000,
);
