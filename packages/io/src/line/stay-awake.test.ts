import { expect, test } from 'vitest';
import type { Outlet } from './protocol.ts';
import { createStayAwake } from './stay-awake.ts';

const OUTLET: Outlet = {
  send: () => undefined,
  close: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
  isFull: () => false,
  peer: () => undefined,
};

/** A process whose loop turns take `TURN_MS`, and a peer. */
const start = () => {
  const TURN_MS = 0.005;
  let time = 0;
  let next: (() => void) | undefined;
  let turns = 0;
  const received: string[] = [];
  const later = (turn: () => void): void => {
    next = turn;
  };
  const stayAwake = createStayAwake({ now: () => time, later });
  const factory = stayAwake(() => ({ receive: (bytes) => void received.push(bytes), end: () => undefined }));
  const protocol = factory(OUTLET);
  return {
    received,
    ask: (): void => protocol.receive('AUTH\n'),
    /** Turns until the process sleeps, or `limit`. */
    turn: (limit: number, turnMs = TURN_MS): number => {
      turns = 0;
      while (next !== undefined && turns < limit) {
        const run = next;
        next = undefined;
        time += turnMs;
        turns++;
        run();
      }
      return turns;
    },
    sleep: (ms: number): void => {
      time += ms;
    },
  };
};

test('a peer that asks again at once finds the process awake, however long it goes on', () => {
  const { ask, turn, received } = start();
  for (let n = 0; n < 5000; n++) {
    ask();
    expect(turn(3)).toBe(3);
  }
  expect(received).toHaveLength(5000);
});

test('it sleeps 50 microseconds after the last answer', () => {
  const { ask, turn } = start();
  ask();
  expect(turn(1000)).toBeLessThanOrEqual(11);
});

test('peers that do not ask again are looked for rarely', () => {
  const { ask, turn, sleep } = start();
  let turns = 0;
  for (let n = 0; n < 10_000; n++) {
    ask();
    turns += turn(1000);
    sleep(5);
  }
  expect(turns / 10_000).toBeLessThan(0.1);
});

test('a process that is interrupted while it looks leaves off for a while', () => {
  const { ask, turn, sleep } = start();
  ask();
  expect(turn(1000, 3)).toBe(1);
  ask();
  expect(turn(1000)).toBe(0);
  sleep(101);
  ask();
  expect(turn(1000)).toBeGreaterThan(1);
});
