import { describe, expect, test } from 'vitest';
import { ip, startSimulation } from '../../testing/core.ts';
import { hashUsername } from '../request/hash-username.ts';
import { learnSessions } from './learn-sessions.ts';
import { endRelearn } from './relearn.ts';
import type { Session } from './session.ts';

/** Whose hash says 10.2.0.13. */
const USER = 'tina';

const restart = () => {
  const sim = startSimulation({ director_user_expire: 10 }, true);
  return {
    ...sim,
    /** `tina@10.2.0.11`, ... */
    learn(...sessions: string[]): void {
      const rows = sessions.map((text): Session => {
        const [username = '', address = ''] = text.split('@');
        return { username, ip: ip(address) };
      });
      learnSessions(sim.director, rows, sim.now());
      sim.settle();
    },
    hash: (username: string): number => hashUsername(sim.director, username) ?? 0,
  };
};

describe('a director that starts again', () => {
  test('answers users that it was told of at once, on the backend of their sessions', () => {
    const sim = restart();
    sim.learn('TINA@10.2.0.11');
    expect(sim.login(USER)).toBe('10.2.0.11');
    sim.wait(5);
    expect(sim.login(USER)).toBe('10.2.0.11');
  });

  test('lets the others wait for a second, no more', () => {
    const sim = restart();
    expect(sim.login(USER)).toBe('waits 1');
    sim.wait(0.999);
    expect(sim.answers()).toEqual([]);
    sim.wait(0.001);
    expect(sim.answers()).toEqual(['1 10.2.0.13']);
    expect(sim.login('alice')).not.toMatch('waits');
  });

  test('answers who waits as soon as he is told of', () => {
    const sim = restart();
    expect([sim.login(USER), sim.login('alice')]).toEqual(['waits 1', 'waits 2']);
    sim.learn('tina@10.2.0.11');
    expect(sim.answers()).toEqual(['1 10.2.0.11']);
  });

  test('answers all as soon as everything is told', () => {
    const sim = restart();
    expect(sim.login(USER)).toBe('waits 1');
    endRelearn(sim.director);
    sim.settle();
    expect(sim.answers()).toEqual(['1 10.2.0.13']);
  });

  test('forgets who it was told of like anybody else', () => {
    const sim = restart();
    sim.learn('tina@10.2.0.11');
    sim.wait(10);
    expect(sim.login(USER)).toBe('10.2.0.13');
  });
});

test('the first start waits for nothing', () => {
  expect(startSimulation().login(USER)).toBe('10.2.0.13');
});

describe('two backends for one user', () => {
  test('in one list: the one with most sessions, the first of equals', () => {
    const sim = restart();
    sim.learn('tina@10.2.0.12', 'alice@10.2.0.13', 'tina@10.2.0.11', 'tina@10.2.0.11', 'alice@10.2.0.12');
    expect([sim.login(USER), sim.login('alice')]).toEqual(['10.2.0.11', '10.2.0.13']);
    expect(sim.logged().sort()).toEqual(
      [
        `User hash ${sim.hash('tina')} has sessions on 10.2.0.12, but belongs to 10.2.0.11`,
        `User hash ${sim.hash('alice')} has sessions on 10.2.0.12, but belongs to 10.2.0.13`,
      ].sort(),
    );
  });

  test('in two lists: the first', () => {
    const sim = restart();
    sim.learn('tina@10.2.0.11');
    sim.learn('tina@10.2.0.12', 'tina@10.2.0.12', 'tina@10.2.0.11');
    expect(sim.login(USER)).toBe('10.2.0.11');
    expect(sim.logged()).toEqual([`User hash ${sim.hash('tina')} has sessions on 10.2.0.12, but belongs to 10.2.0.11`]);
  });

  test('a user that is being moved stays so, and sessions elsewhere are dropped', () => {
    const sim = restart();
    sim.learn('tina@10.2.0.11');
    sim.admin('USER-MOVE\ttina\t10.2.0.12');
    sim.learn('tina@10.2.0.11');
    expect([sim.login(USER), sim.logged()]).toEqual(['waits 4', []]);
    expect(sim.effects.flatMap((effect) => (effect.do === 'kick' ? [effect.kick] : []))).toContainEqual({
      cmd: 'KICK-DIRECTOR-HASH',
      hash: sim.hash('tina'),
      exceptIp: '10.2.0.12',
    });
    sim.answerKick();
    sim.wait(2);
    expect(sim.answers()).toEqual(['4 10.2.0.12']);
  });

  test('ten are named, the others counted', () => {
    const sim = restart();
    const names = Array.from({ length: 13 }, (_, n) => `user${n}`);
    sim.learn(...names.map((name) => `${name}@10.2.0.11`));
    sim.learn(...names.map((name) => `${name}@10.2.0.12`));
    expect(sim.logged()).toHaveLength(11);
    expect(sim.logged().at(-1)).toBe('3 more users have sessions on another host than they belong to');
  });
});

test('the same user in two tags is two users', () => {
  const sim = startSimulation({ director_mail_servers: '10.2.0.11 10.2.0.12@a 10.2.0.13@a' }, true);
  const sessions = ['10.2.0.11', '10.2.0.12'].map((address) => ({ username: USER, ip: ip(address) }));
  learnSessions(sim.director, sessions, sim.now());
  expect([sim.login(USER), sim.login(USER, 'a'), sim.logged()]).toEqual(['10.2.0.11', '10.2.0.12', []]);
});

test('sessions on a host that is not configured are told of once, and the user goes by hash', () => {
  const sim = restart();
  sim.learn('tina@10.9.9.9', 'alice@10.9.9.9');
  sim.learn('tina@10.9.9.9');
  sim.wait(1);
  expect(sim.login(USER)).toBe('10.2.0.13');
  expect(sim.logged()).toEqual([
    "Login processes have sessions on 10.9.9.9, which is no mail host here: their users' next logins go elsewhere",
  ]);
});

test('a hash that cannot be expanded is told of once', () => {
  const sim = startSimulation({ director_username_hash: '%Q' }, true);
  const sessions = ['tina', 'alice'].map((username) => ({ username, ip: ip('10.2.0.11') }));
  learnSessions(sim.director, sessions, sim.now());
  sim.settle();
  expect(sim.logged()).toEqual([expect.stringMatching(/^Failed to expand director_username_hash=%Q: /)]);
});
