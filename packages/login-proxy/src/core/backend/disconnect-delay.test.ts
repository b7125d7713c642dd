import { expect, test } from 'vitest';
import { delayDisconnect, delayEnded } from './disconnect-delay.ts';
import { createHostStates, type HostState } from './host-state.ts';

const hostWith = (proxying: number): HostState => {
  const host = createHostStates().of('10.0.0.1', 143);
  host.proxying = proxying;
  return host;
};

/** All sessions of a host end at the same moment; returns each client's delay. */
const endAll = (host: HostState, maxDelay: number): number[] =>
  Array.from({ length: host.proxying }, () => {
    host.proxying -= 1;
    return delayDisconnect(host, maxDelay, 100_000, () => 79);
  });

// captured: 20 sessions, delay 5 s: 4 at once, then 1.28 1.58 1.78 2.08 2.28 ... 4.78 5.08 s
test('one second’s worth at once, the others over the delay', () => {
  const host = hostWith(20);
  const delays = endAll(host, 5);
  expect(delays).toEqual([
    0, 0, 0, 0, 1279, 1579, 1779, 2079, 2279, 2579, 2779, 3079, 3279, 3579, 3779, 4079, 4279, 4579, 4779, 5079,
  ]);
  expect(host.delayed).toBe(16);
});

test('when nobody waits any more a new count begins', () => {
  const host = hostWith(20);
  for (const delay of endAll(host, 5)) if (delay > 0) delayEnded(host);
  expect(host).toMatchObject({ delayed: 0, disconnects: 0 });
});

test('off: counted, never delayed', () => {
  const host = hostWith(20);
  expect(endAll(host, 0)).toEqual(Array.from({ length: 20 }, () => 0));
  expect(host).toMatchObject({ delayed: 0, disconnects: 20 });
});

test('whoever comes when the time is over goes at once', () => {
  const host = hostWith(20);
  endAll(host, 5);
  host.proxying = 0;
  expect(delayDisconnect(host, 5, 106_000, () => 0)).toBe(0);
});
