import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createNumberQueue } from './number-queue.ts';

test('what goes in comes out in the same order, however both are mixed', () => {
  // More than a piece at a time, so that pieces come and go.
  const step = fc.record({ push: fc.integer({ min: 0, max: 9000 }), take: fc.integer({ min: 0, max: 9000 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const queue = createNumberQueue();
      const expected: number[] = [];
      const found: number[] = [];
      let pushed = 0;
      for (const { push, take } of steps) {
        for (let n = 0; n < push; n++) queue.push(0xffff_0000 - pushed++);
        for (let left = take; left > 0 && queue.hasSome(); left--) found.push(queue.take() ?? Number.NaN);
        for (let n = found.length - expected.length; n > 0; n--) expected.push(0xffff_0000 - expected.length);
        expect(queue.hasSome()).toBe(found.length < pushed);
      }
      expect(found).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test('a cleared queue is empty, and can be filled again', () => {
  const queue = createNumberQueue();
  for (let n = 0; n < 5000; n++) queue.push(n);
  queue.clear();
  expect(queue.hasSome()).toBe(false);
  queue.push(7);
  expect(queue.take()).toBe(7);
  expect(queue.take()).toBeUndefined();
});
