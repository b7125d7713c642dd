/** When a user gets which host, under simulated time. Ten seconds are the shortest `director_user_expire`. */
import { describe, expect, test } from 'vitest';
import { startSimulation } from '../../testing/core.ts';
import { refreshUser } from './refresh-user.ts';

const EXPIRE = { director_user_expire: 10 };
const users = (sim: ReturnType<typeof startSimulation>): string[] =>
  sim
    .admin('USER-LIST')
    .split('\n')
    .filter((row) => row !== '');

test('a known user stays where it is, whatever its hash says now, until it expires', () => {
  const sim = startSimulation(EXPIRE);
  expect(sim.login('tina')).toBe('10.2.0.13');
  sim.admin('HOST-DOWN\t10.2.0.13');
  expect(sim.login('TINA')).toBe('10.2.0.13');
  sim.wait(9);
  expect(sim.login('tina')).toBe('10.2.0.13');
  sim.wait(10);
  expect(sim.login('tina')).not.toBe('10.2.0.13');
});

test.each(['HOST-UPDATE\t10.2.0.13\t0', 'HOST-REMOVE\t10.2.0.13'])('after %s new users go elsewhere', (change) => {
  const sim = startSimulation(EXPIRE);
  sim.admin(change);
  expect(sim.login('tina')).not.toBe('10.2.0.13');
});

test('a removed host takes its users with it, a flushed one forgets them', () => {
  const sim = startSimulation();
  for (const change of ['HOST-FLUSH\t10.2.0.13', 'HOST-REMOVE\t10.2.0.13']) {
    sim.login('tina');
    expect(users(sim)).toHaveLength(1);
    sim.admin(change);
    expect(users(sim)).toEqual([]);
  }
});

test('users go by themselves, and the timer rests', () => {
  const sim = startSimulation(EXPIRE);
  for (const name of ['alice', 'bob', 'tina']) sim.login(name);
  sim.wait(9);
  expect([...sim.director.hosts.tags()].map((tag) => tag.users.count())).toEqual([3]);
  sim.wait(1);
  expect([...sim.director.hosts.tags()].map((tag) => tag.users.count())).toEqual([0]);
});

test('sessions keep a user: a refresh counts like a login, but makes no user', () => {
  const sim = startSimulation(EXPIRE);
  sim.login('tina');
  for (let i = 0; i < 5; i++) {
    sim.wait(5);
    refreshUser(sim.director, 'tina', sim.now());
    refreshUser(sim.director, 'nosuchuser', sim.now());
  }
  expect(users(sim)).toHaveLength(1);
  sim.wait(10);
  expect(users(sim)).toEqual([]);
});

test('the same hash in two tags is two users', () => {
  const sim = startSimulation({ director_mail_servers: '10.2.0.11 10.2.0.12@a' });
  expect([sim.login('tina'), sim.login('tina', 'a')]).toEqual(['10.2.0.11', '10.2.0.12']);
  sim.admin('HOST-FLUSH\t10.2.0.12');
  expect(users(sim)).toHaveLength(1);
});

describe('no host', () => {
  test('thirty seconds for each request, then a temporary failure', () => {
    const sim = startSimulation();
    sim.wait(3);
    expect([sim.login('notag', 'nosuchtag'), sim.login('notag', 'nosuchtag')]).toEqual(['waits 1', 'waits 2']);
    sim.wait(9);
    expect(sim.login('other', 'nosuchtag')).toBe('waits 3');
    sim.wait(20.9);
    expect(sim.answers()).toEqual([]);
    sim.wait(0.2);
    expect(sim.answers()).toEqual(['1 failed', '2 failed']);
    sim.wait(9);
    expect(sim.answers()).toEqual(['1 failed', '2 failed', '3 failed']);
  });

  test('the reason is the line that operators know', () => {
    const sim = startSimulation();
    sim.wait(3);
    sim.login('notag', 'nosuchtag');
    sim.wait(30);
    const failures = sim.effects.flatMap((effect) => (effect.do === 'answer' ? [effect.answer] : []));
    expect(failures).toEqual([
      {
        result: 'fail',
        reason:
          'Timeout because no hosts - queued for 30 secs (Ring synced for 33 secs, hash=4141527086, tag=nosuchtag)',
      },
    ]);
  });

  test('a host that comes answers those who wait, in order', () => {
    const sim = startSimulation();
    for (const name of ['alice', 'bob']) sim.login(name, 'new');
    sim.admin('HOST-SET\t10.9.0.1@new');
    expect(sim.answers()).toEqual(['1 10.9.0.1', '2 10.9.0.1']);
    sim.wait(60);
    expect(sim.answers()).toHaveLength(2);
  });
});
