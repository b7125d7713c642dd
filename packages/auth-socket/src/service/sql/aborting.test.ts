import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { createAborting } from './aborting.ts';

test('all that wait for a signal share one listener, and all are rejected', async () => {
  const unlessAborted = createAborting();
  const gone = new AbortController();
  const never = new Promise<string>(() => {});
  const answers = [never, never, Promise.resolve('now')].map((answer) => unlessAborted(answer, gone.signal));
  expect(getEventListeners(gone.signal, 'abort')).toHaveLength(1);
  expect(await answers[2]).toBe('now');
  gone.abort('over');
  const settled = await Promise.allSettled([...answers, unlessAborted(Promise.reject(new Error('x')), gone.signal)]);
  expect(settled.map((one) => (one.status === 'fulfilled' ? one.value : one.reason))).toEqual([
    'over',
    'over',
    'now',
    'over',
  ]);
});
