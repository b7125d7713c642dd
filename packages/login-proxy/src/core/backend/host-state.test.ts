import { expect, test } from 'vitest';
import { beginConnect, connectAbandoned, connectFailed, connectSucceeded, createHostStates } from './host-state.ts';
import { mayRetry } from './retry.ts';

const DOWN_AFTER = 30_000;

test('a host down for longer fails at once, but only while another attempt waits', () => {
  const host = createHostStates().of('10.0.0.1', 143);
  expect(beginConnect(host, 1_000_000, DOWN_AFTER)).toBe(true);
  connectFailed(host, 1_000_000, 1_031_000);
  expect(beginConnect(host, 1_040_000, DOWN_AFTER)).toBe(true);
  expect(beginConnect(host, 1_040_000, DOWN_AFTER)).toBe(false);
  expect(beginConnect(host, 1_040_000, 0)).toBe(true);
  connectAbandoned(host);
  connectAbandoned(host);
  connectSucceeded(host, 1_041_000);
  expect(host).toMatchObject({ waiting: 0, proxying: 1 });
  expect(beginConnect(host, 1_042_000, DOWN_AFTER)).toBe(true);
  expect(beginConnect(host, 1_042_000, DOWN_AFTER)).toBe(true);
});

test('exactly 30 seconds are not longer', () => {
  const host = createHostStates().of('10.0.0.1', 143);
  beginConnect(host, 1_000_000, DOWN_AFTER);
  connectFailed(host, 1_000_000, 1_029_000);
  beginConnect(host, 1_040_000, DOWN_AFTER);
  expect(beginConnect(host, 1_040_000, DOWN_AFTER)).toBe(true);
});

test('a failure that began before the last success says nothing', () => {
  const host = createHostStates().of('10.0.0.1', 143);
  beginConnect(host, 1_000_000, DOWN_AFTER);
  beginConnect(host, 1_000_000, DOWN_AFTER);
  connectSucceeded(host, 1_001_000);
  connectFailed(host, 1_000_000, 1_060_000);
  expect(host.lastFailure).toBe(0);
});

test('each ip and port has a state of its own', () => {
  const hosts = createHostStates();
  expect(hosts.of('10.0.0.1', 143)).toBe(hosts.of('10.0.0.1', 143));
  expect(hosts.of('10.0.0.1', 143)).not.toBe(hosts.of('10.0.0.1', 144));
});

test.each([
  ['the first failure', 0, 10, true],
  ['the last reconnect', 2, 2000, true],
  ['no reconnect left', 3, 3000, false],
  ['no time for another', 0, 28_900, false],
  ['just enough time', 0, 28_899, true],
  ['the clock went back', 0, -1, false],
])('retry: %s', (_, reconnects, sinceStart, expected) => {
  expect(mayRetry({ maxReconnects: 3, timeoutMs: 30_000 }, reconnects, sinceStart)).toBe(expected);
});
