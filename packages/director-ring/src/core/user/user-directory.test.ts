/** The typed-array directory beside a slow, obvious one: an array of users sorted by their last refresh. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createUserDirectory } from './user-directory.ts';
import { NO_USER } from './user-records.ts';

const EXPIRE = 10;

type SlowUser = { hash: number; host: number; timestamp: number; isBeingKilled: boolean; isWeak: boolean };

const createSlowDirectory = () => {
  let users: SlowUser[] = [];
  const isExpired = (user: SlowUser, now: number): boolean =>
    user.timestamp + EXPIRE + (user.isWeak ? 30 : 0) <= now && !user.isBeingKilled;
  const insert = (user: SlowUser): void => {
    const at = users.findLastIndex((other) => other.timestamp <= user.timestamp);
    users.splice(at + 1, 0, user);
  };
  const find = (hash: number, now: number): SlowUser | undefined => {
    users = users.filter((user) => user.hash !== hash || !isExpired(user, now));
    return users.find((user) => user.hash === hash);
  };
  return {
    find,
    add: (hash: number, host: number, timestamp: number) =>
      insert({ hash, host, timestamp, isBeingKilled: false, isWeak: false }),
    refresh(user: SlowUser, timestamp: number) {
      users = users.filter((other) => other !== user);
      insert(Object.assign(user, { timestamp }));
    },
    removeHost(host: number) {
      users = users.filter((user) => user.host !== host);
    },
    expire(now: number) {
      while (users[0] !== undefined && isExpired(users[0], now)) users.shift();
    },
    list: () => users.map(({ hash, host, timestamp }) => ({ hash, host, timestamp })),
  };
};

type Step = {
  do: 'login' | 'learn' | 'move' | 'kill' | 'weaken' | 'flush' | 'expire' | 'wait' | 'clock steps';
  hash: number;
  host: number;
  /** Seconds since the refresh that another director tells of. */
  age: number;
};

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom(
    ...([
      'login',
      'login',
      'learn',
      'learn',
      'move',
      'kill',
      'weaken',
      'flush',
      'expire',
      'wait',
      'clock steps',
    ] as const),
  ),
  hash: fc.oneof(fc.nat(40), fc.nat(0xffff_fffe)),
  host: fc.nat(3),
  age: fc.nat(EXPIRE - 1),
});

const usersOf = (directory: ReturnType<typeof createUserDirectory>) => {
  const users = [];
  const cursor = directory.cursor();
  for (let id = cursor.next(); id !== NO_USER; id = cursor.next()) users.push(directory.user(id));
  cursor.close();
  return users;
};

test('after any history both directories hold the same users in the same order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), fc.nat(0xffff_ffff), (steps, seed) => {
      const fast = createUserDirectory(EXPIRE, seed);
      const slow = createSlowDirectory();
      let now = 1_000_000;
      for (const { do: what, hash, host, age } of steps) {
        const id = fast.find(hash, now);
        const user = slow.find(hash, now);
        expect(id === NO_USER).toBe(user === undefined);
        const timestamp = what === 'learn' ? now - age : now;
        if ((what === 'login' || what === 'learn') && user === undefined) {
          fast.add(hash, host, timestamp);
          slow.add(hash, host, timestamp);
        } else if ((what === 'login' || what === 'learn') && user !== undefined) {
          fast.refresh(id, timestamp);
          slow.refresh(user, timestamp);
        } else if (what === 'move' && user !== undefined) {
          fast.moveTo(id, host, now);
          user.host = host;
          slow.refresh(user, now);
        } else if (what === 'kill' && user !== undefined) {
          user.isBeingKilled = !user.isBeingKilled;
          fast.setBeingKilled(id, user.isBeingKilled);
        } else if (what === 'weaken' && user !== undefined) {
          user.isWeak = !user.isWeak;
          fast.setWeak(id, user.isWeak);
        } else if (what === 'flush') {
          fast.removeHost(host, () => undefined);
          slow.removeHost(host);
        } else if (what === 'expire') {
          fast.expire(now, 1000);
          slow.expire(now);
        } else if (what === 'wait') now += host;
        else if (what === 'clock steps') now -= host;
        expect(usersOf(fast)).toEqual(slow.list());
        for (let on = 0; on < 4; on++) {
          expect(fast.countOn(on)).toBe(slow.list().filter((other) => other.host === on).length);
        }
      }
      expect(fast.count()).toBe(slow.list().length);
    }),
    { numRuns: 200 },
  );
});

describe('a cursor survives what happens under it', () => {
  const directory = createUserDirectory(EXPIRE, 7);
  for (let hash = 1; hash <= 6; hash++) directory.add(hash, hash % 2, 100);
  const cursor = directory.cursor();

  test('the next user removed, refreshed, and one added', () => {
    expect(directory.user(cursor.next()).hash).toBe(1);
    directory.removeHost(0, () => undefined);
    directory.refresh(directory.find(3, 101), 101);
    directory.add(8, 0, 101);
    const rest = [];
    for (let id = cursor.next(); id !== NO_USER; id = cursor.next()) rest.push(directory.user(id).hash);
    expect(rest).toEqual([5, 3, 8]);
    cursor.close();
  });
});

test('a user being killed outlives its expiry, and the next check is a minute away', () => {
  const directory = createUserDirectory(EXPIRE, 7);
  const id = directory.add(5, 0, 100);
  expect(directory.nextExpiry(100)).toBe(110);
  directory.setBeingKilled(id, true);
  directory.expire(111, 1000);
  expect(directory.count()).toBe(1);
  expect(directory.nextExpiry(111)).toBe(171);
  const freed: number[] = [];
  directory.removeHost(0, (hash) => freed.push(hash));
  expect(freed).toEqual([5]);
  expect(directory.nextExpiry(111)).toBeUndefined();
});

test('a weak user stays 30 s longer, and is told of if that was not enough', () => {
  const directory = createUserDirectory(EXPIRE, 7);
  directory.setWeak(directory.add(5, 0, 100), true);
  directory.setWeak(directory.add(6, 0, 100), true);
  expect(directory.nextExpiry(105)).toBe(140);
  directory.expire(139, 1000);
  expect([directory.count(), directory.takeStuck()]).toEqual([2, []]);
  expect(directory.find(5, 140)).toBe(NO_USER);
  directory.expire(140, 1000);
  expect([directory.count(), directory.takeStuck(), directory.takeStuck()]).toEqual([0, [5, 6], []]);
});

test('a kill that ends leaves the user weak', () => {
  const directory = createUserDirectory(EXPIRE, 7);
  const id = directory.add(5, 0, 100);
  directory.setWeak(id, true);
  directory.setBeingKilled(id, true);
  expect(directory.isFree(id)).toBe(false);
  directory.endKill(5);
  expect([directory.isBeingKilled(id), directory.isWeak(id)]).toEqual([false, true]);
  directory.setWeak(id, false);
  expect(directory.isFree(id)).toBe(true);
});

test('those refreshed lately, newest first', () => {
  const directory = createUserDirectory(EXPIRE, 7);
  for (const [hash, timestamp] of [
    [1, 100],
    [2, 103],
    [3, 101],
    [4, 104],
  ] as const)
    directory.add(hash, 0, timestamp);
  const hashes = (ids: number[]): number[] => ids.map((id) => directory.user(id).hash);
  expect(hashes(directory.refreshedSince(101, 10))).toEqual([4, 2, 3]);
  expect(hashes(directory.refreshedSince(101, 2))).toEqual([4, 2]);
  expect(directory.refreshedSince(105, 10)).toEqual([]);
});

test('a user lives exactly so long: there at 9 s, gone at 10 s', () => {
  const directory = createUserDirectory(EXPIRE, 7);
  directory.add(5, 0, 100);
  expect(directory.find(5, 109)).not.toBe(NO_USER);
  expect(directory.find(5, 110)).toBe(NO_USER);
});

test('a hundred thousand users fit in 45 bytes each, and leave nothing behind', () => {
  const directory = createUserDirectory(EXPIRE, 12345);
  const many = 100_000;
  for (let i = 0; i < many; i++) directory.add(Math.imul(i, 0x9e37_79b1) >>> 0, i % 7, 100);
  expect(directory.bytes() / many).toBeLessThan(45);
  for (let i = 0; i < many; i += 97) expect(directory.find(Math.imul(i, 0x9e37_79b1) >>> 0, 105)).not.toBe(NO_USER);
  directory.expire(110, many);
  expect(directory.count()).toBe(0);
  expect(directory.bytes()).toBeLessThan(100_000);
});
