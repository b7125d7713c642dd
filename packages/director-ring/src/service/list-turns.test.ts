import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createListTurns } from './list-turns.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const start = (turnMs = 0) => {
  const taken: string[] = [];
  const turns = createListTurns<string>(
    async (waiters) => {
      taken.push(`${Math.round(performance.now() - began)} ${waiters.join(' ')}`);
      if (turnMs > 0) await new Promise((resolve) => setTimeout(resolve, turnMs));
    },
    () => performance.now(),
  );
  const began = performance.now();
  return { turns, taken, now: () => performance.now() };
};

test('all of one turn of the loop share one, behind it', async () => {
  const { turns, taken, now } = start();
  turns.wait('a', now());
  turns.wait('b', now());
  turns.wait('later', now() + 1000);
  expect(taken).toEqual([]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(taken).toEqual([expect.stringMatching(/ a b$/), '1000 later']);
});

test('who comes while one is taken gets the next, and half of the time nobody is served', async () => {
  const { turns, taken, now } = start(100);
  turns.wait('a', now());
  await vi.advanceTimersByTimeAsync(50);
  turns.wait('b', now());
  turns.wait('c', now());
  await vi.advanceTimersByTimeAsync(1000);
  expect(taken.map((turn) => turn.split(' ').slice(1))).toEqual([['a'], ['b', 'c']]);
  const [, second = ''] = taken;
  expect(Number(second.split(' ')[0])).toBeGreaterThanOrEqual(200);
});

test('nobody is served after the end', async () => {
  const { turns, taken, now } = start();
  turns.wait('a', now());
  turns.close();
  turns.wait('b', now());
  await vi.advanceTimersByTimeAsync(1000);
  expect(taken).toEqual([]);
});
