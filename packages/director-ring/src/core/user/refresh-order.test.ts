/** A million users at once must not take a walk along the list each. */
import { expect, test } from 'vitest';
import { createUserDirectory } from './user-directory.ts';
import { NO_USER } from './user-records.ts';

const NOW = 1_000_000;

const timestampsOf = (directory: ReturnType<typeof createUserDirectory>): number[] => {
  const cursor = directory.cursor();
  const timestamps = [];
  for (let id = cursor.next(); id !== NO_USER; id = cursor.next()) timestamps.push(directory.user(id).timestamp);
  cursor.close();
  return timestamps;
};

test('two lists of a handshake and logins, all at the same time, end in one order', () => {
  const directory = createUserDirectory(900, 1);
  const each = 20_000;
  for (let i = 0; i < each; i++) {
    directory.add(i, 0, NOW - 899 + Math.floor((i * 890) / each));
    directory.add(each + i, 0, NOW - 450 + Math.floor((i * 400) / each));
    directory.add(2 * each + i, 0, NOW + Math.floor(i / 1000));
  }
  const timestamps = timestampsOf(directory);
  expect(timestamps).toHaveLength(3 * each);
  expect(timestamps).toEqual(timestamps.toSorted((a, b) => a - b));
});

test('with an expiry of weeks, the order is right within seconds', () => {
  const weeks = 4_000_000;
  const directory = createUserDirectory(weeks, 1);
  for (let i = 0; i < 1000; i++) directory.add(i, 0, NOW + ((i * 7919) % weeks));
  const timestamps = timestampsOf(directory);
  for (const [i, timestamp] of timestamps.entries()) expect(timestamp).toBeGreaterThan((timestamps[i - 1] ?? 0) - 4);
});

test('the places cost 4 bytes a second of the expiry, once there are users', () => {
  const directory = createUserDirectory(900, 1);
  expect(directory.bytes()).toBe(0);
  directory.add(1, 0, NOW);
  expect(directory.bytes()).toBeLessThan(4096 * 19 + 4096 + 100);
});
