import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createNotifyWheel, type NotifyEntry } from './notify-wheel.ts';

const entry = (user: string, everySeconds: number): NotifyEntry => ({ user, everySeconds });

test('an entry is due a period after it came, and again after each', () => {
  const wheel = createNotifyWheel();
  const alice = entry('alice', 3);
  wheel.add(alice, 100);
  expect([101, 102, 103, 104, 105, 106].map((second) => wheel.turn(second).length)).toEqual([0, 0, 1, 0, 0, 1]);
  wheel.remove(alice);
  expect(wheel.turn(200)).toEqual([]);
  expect(wheel.size).toBe(0);
});

test('a missed turn is made up once', () => {
  const wheel = createNotifyWheel();
  wheel.add(entry('alice', 2), 100);
  expect(wheel.turn(1000)).toHaveLength(1);
  expect(wheel.turn(1001)).toEqual([]);
  expect(wheel.turn(1002)).toHaveLength(1);
});

/** The obvious one: every entry is looked at every second. */
const oracle = () => {
  const entries = new Map<NotifyEntry, number>();
  return {
    add: (one: NotifyEntry, second: number) => void entries.set(one, second + one.everySeconds),
    remove: (one: NotifyEntry) => void entries.delete(one),
    turn(second: number) {
      const due = [...entries].filter(([, at]) => at <= second).map(([one]) => one);
      for (const one of due) entries.set(one, second + one.everySeconds);
      return due;
    },
  };
};

test('whatever comes and goes, the same are due as if each were looked at', () => {
  const steps = fc.array(
    fc.record({ on: fc.constantFrom('add', 'remove', 'turn'), which: fc.nat(5), by: fc.integer({ min: 0, max: 4 }) }),
  );
  fc.assert(
    fc.property(steps, (all) => {
      const wheel = createNotifyWheel();
      const slow = oracle();
      const known = Array.from({ length: 6 }, (_, i) => entry(`u${i}`, i + 1));
      const added = new Set<NotifyEntry>();
      let second = 100;
      for (const { on, which, by } of all) {
        const one = known[which];
        if (one === undefined) continue;
        second += by;
        if (on === 'turn') {
          const names = (entries: NotifyEntry[]) => entries.map(({ user }) => user).toSorted();
          expect(names(wheel.turn(second))).toEqual(names(slow.turn(second)));
        } else if (on === 'add' && !added.has(one)) {
          added.add(one);
          wheel.add(one, second);
          slow.add(one, second);
        } else if (on === 'remove') {
          added.delete(one);
          wheel.remove(one);
          slow.remove(one);
        }
      }
      expect(wheel.size).toBe(added.size);
    }),
  );
});
