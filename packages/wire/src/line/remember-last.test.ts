import { expect, test, vi } from 'vitest';
import { rememberLast } from './remember-last.ts';

test('asks again only when the key is another than the time before', () => {
  const of = vi.fn((key: string) => key.length);
  const length = rememberLast(of);
  expect(['a', 'a', 'bb', 'bb', 'a'].map(length)).toEqual([1, 1, 2, 2, 1]);
  expect(of.mock.calls).toEqual([['a'], ['bb'], ['a']]);
});

test('nothing is an answer too', () => {
  const of = vi.fn((_key: number): string | undefined => undefined);
  const none = rememberLast(of);
  expect([none(0), none(0)]).toEqual([undefined, undefined]);
  expect(of).toHaveBeenCalledTimes(1);
});
