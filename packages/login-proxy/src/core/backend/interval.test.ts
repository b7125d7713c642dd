import { expect, test } from 'vitest';
import { parseInterval } from './interval.ts';

test.each([
  ['500ms', 500],
  ['500 msecs', 500],
  ['10s', 10_000],
  ['2 mins', 120_000],
  ['2m', 120_000],
  ['1min', 60_000],
  ['1h', 3_600_000],
  ['0', 0],
  ['5', undefined],
  ['', undefined],
  ['s', undefined],
  ['5 parsecs', undefined],
  ['-5s', undefined],
  ['99999999w', undefined],
])('%j', (text, ms) => {
  expect(parseInterval(text)).toBe(ms);
});
