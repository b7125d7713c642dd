/** Whether we wait for others at the start. */
import { expect, test } from 'vitest';
import { startRingCore } from '../../testing/ring-core.ts';

/** A director that is there, but closes every connection; how long until we serve without it, in seconds. */
const waited = (ring: ReturnType<typeof startRingCore>): number => {
  const start = ring.now();
  while (ring.director.ring.state !== 'synced' && ring.now() < start + 100_000) {
    ring.accept()?.close();
    ring.wait(100);
  }
  return (ring.now() - start) / 1000;
};

test.each([
  [20, 21],
  [5, 6],
  [0, 1],
])('homing_director_look_time = %d: we serve alone within %d seconds', (seconds, limit) => {
  const time = waited(startRingCore(['127.0.0.2'], { homing_director_look_time: seconds }));
  expect(time).toBeGreaterThanOrEqual(seconds);
  expect(time).toBeLessThanOrEqual(limit + 0.5);
});

test('nobody is waited for who is not there', () => {
  const ring = startRingCore(['127.0.0.2', '127.0.0.3']);
  ring.refuse();
  expect(ring.director.ring.state).toBe('handshaking');
  ring.refuse();
  expect(ring.director.ring.state).toBe('synced');
  expect(ring.logged.at(-1)).toBe("director: Couldn't connect to right side, we must be the only director left");
});

test('directors that do not answer are tried beside one another', () => {
  const ring = startRingCore(['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5']);
  ring.wait(1500);
  expect(ring.connecting()).toEqual(['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5']);
  ring.wait(4999);
  expect(ring.director.ring.state).toBe('handshaking');
  ring.wait(1);
  expect(ring.director.ring.state).toBe('synced');
});
