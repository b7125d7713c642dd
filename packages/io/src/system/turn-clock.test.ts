import { expect, test } from 'vitest';
import { createTurnClock } from './turn-clock.ts';

test('one reading for each turn of the loop', () => {
  let time = 100;
  const turns: (() => void)[] = [];
  const clock = createTurnClock(
    () => time++,
    (turn) => turns.push(turn),
  );
  expect([clock(), clock()]).toEqual([100, 100]);
  expect(turns).toHaveLength(1);
  turns.pop()?.();
  expect([clock(), clock()]).toEqual([101, 101]);
});
