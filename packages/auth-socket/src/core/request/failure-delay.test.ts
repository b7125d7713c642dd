import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFailureDelay } from './failure-delay.ts';

const first = (): number => 0;

test('whole seconds are compared: a failure late in a second waits a little less', () => {
  const queue = createFailureDelay<string>();
  queue.add('a', 2, 10_900);
  expect(queue.takeDue(11_999, first)).toEqual([]);
  expect(queue.takeDue(12_000, first)).toEqual(['a']);
  expect(queue.size()).toBe(0);
});

test('each waits as long as its own service says', () => {
  const queue = createFailureDelay<string>();
  queue.add('slow', 10, 0);
  queue.add('fast', 1, 0);
  expect(queue.takeDue(1000, first)).toEqual(['fast']);
  expect(queue.takeDue(9000, first)).toEqual([]);
  expect(queue.takeAll()).toEqual(['slow']);
});

test('those that leave together are shuffled, and none is lost or doubled', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(), { maxLength: 30 }),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999_999, noNaN: true })),
      (items, chance) => {
        const queue = createFailureDelay<number>();
        for (const item of items) queue.add(item, 2, 0);
        const taken = queue.takeDue(2000, (below) => Math.floor((chance.next().value ?? 0) * below));
        const ordered = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);
        expect(ordered(taken)).toEqual(ordered(items));
      },
    ),
  );
  const queue = createFailureDelay<number>();
  for (const item of [1, 2, 3]) queue.add(item, 2, 0);
  expect(queue.takeDue(2000, first)).toEqual([2, 3, 1]);
});
