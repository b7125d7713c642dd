/** Moves, kicks and resets of a director alone in its ring, under simulated time. */
import { describe, expect, test } from 'vitest';
import { startSimulation } from '../../testing/core.ts';
import { flushFinished } from './moves.ts';

const ALICE = 1669653170;
type Simulation = ReturnType<typeof startSimulation>;

const kicks = (sim: Simulation) => sim.effects.flatMap((effect) => (effect.do === 'kick' ? [effect.kick] : []));
const flushes = (sim: Simulation) => sim.effects.flatMap((effect) => (effect.do === 'flush' ? [effect] : []));
const replies = (sim: Simulation) => sim.effects.flatMap((effect) => (effect.do === 'reply' ? [effect.reply] : []));

test('sessions are dropped, then logins wait for the kick delay and go to the new host', () => {
  const sim = startSimulation();
  expect(sim.login('alice')).toBe('10.2.0.11');
  expect(sim.admin('USER-MOVE\talice\t10.2.0.12')).toBe('OK\n');
  expect(kicks(sim)).toEqual([{ cmd: 'KICK-DIRECTOR-HASH', hash: ALICE, exceptIp: undefined }]);
  expect(sim.admin('USER-MOVE\talice\t10.2.0.13')).toBe('TRYAGAIN\n');
  expect(sim.login('alice')).toMatch(/^waits/);
  sim.answerKick();
  sim.wait(1.9);
  expect(sim.answers()).toEqual([]);
  sim.wait(0.1);
  expect(sim.answers()).toEqual([expect.stringMatching(/ 10\.2\.0\.12$/)]);
  expect(sim.login('alice')).toBe('10.2.0.12');
});

test('an unknown user has no sessions to drop; one that is there already is refreshed', () => {
  const sim = startSimulation();
  sim.admin(`USER-MOVE\t${ALICE}\t10.2.0.12`);
  sim.wait(5);
  sim.admin(`USER-MOVE\t${ALICE}\t10.2.0.12`);
  expect(kicks(sim)).toEqual([]);
  expect(sim.admin('USER-LIST')).toBe(`${ALICE}\t${sim.now() / 1000 + 60}\t10.2.0.12\n\n`);
  expect(sim.admin('USER-MOVE\talice\t10.2.0.99')).toBe('NOTFOUND\n');
});

test('a kick that fails is logged, and the move goes on', () => {
  const sim = startSimulation();
  sim.login('alice');
  sim.admin('USER-MOVE\talice\t10.2.0.12');
  sim.answerKick('ipc connect failed');
  expect(sim.logged()).toEqual([`Failed to kill user ${ALICE} connections: ipc connect failed`]);
  sim.wait(2);
  expect(sim.login('alice')).toBe('10.2.0.12');
});

test('login processes that never answer: thirty seconds, then the user is free', () => {
  const sim = startSimulation();
  sim.login('alice');
  sim.admin('USER-MOVE\talice\t10.2.0.12');
  sim.login('alice');
  sim.wait(29.9);
  expect(sim.answers()).toEqual([]);
  sim.wait(0.1);
  expect(sim.logged()[0]).toBe(
    `Finishing user ${ALICE} move timed out, its state may now be inconsistent (state=killing)`,
  );
  expect(sim.login('alice')).toBe('10.2.0.12');
});

test('a user does not expire in the middle of its move', () => {
  const sim = startSimulation({ director_user_expire: 10, director_user_kick_delay: 20 });
  sim.login('alice');
  sim.admin('USER-MOVE\talice\t10.2.0.12');
  sim.answerKick();
  sim.wait(15);
  expect(sim.login('alice')).toMatch(/^waits/);
  sim.wait(5);
  expect(sim.answers()).toHaveLength(1);
});

test('a move ends when its user is forgotten', () => {
  const sim = startSimulation();
  sim.login('alice');
  sim.admin('USER-MOVE\talice\t10.2.0.12');
  sim.login('alice');
  sim.admin('HOST-FLUSH\t10.2.0.12');
  expect(sim.answers()).toHaveLength(1);
  expect(sim.director.moves.byId.size).toBe(0);
  sim.answerKick();
  sim.wait(60);
  expect(sim.logged()).toEqual([]);
});

describe('flush script', () => {
  const FLUSH = { director_flush_socket: 'unix:user-flush' };
  const startMove = (): Simulation => {
    const sim = startSimulation(FLUSH);
    sim.login('alice');
    sim.admin('HOST-UPDATE\t10.2.0.11\t60');
    sim.admin('HOST-DOWN\t10.2.0.11');
    sim.admin('USER-MOVE\talice\t10.2.0.12');
    sim.answerKick();
    return sim;
  };
  const finish = (sim: Simulation, isClean: boolean): void => {
    flushFinished(sim.director, flushes(sim)[0]?.id ?? 0, isClean, sim.now());
    sim.settle();
  };

  test('is told the old host as it was, and success frees the user at once', () => {
    const sim = startMove();
    const oldHost = { ip: '10.2.0.11', isDown: true, vhosts: 60 };
    expect(flushes(sim).map(({ request }) => request)).toEqual([
      { hash: ALICE, oldHost, newIp: '10.2.0.12', newHostname: '' },
    ]);
    finish(sim, true);
    expect(sim.login('alice')).toBe('10.2.0.12');
  });

  test('failure leaves the kick delay', () => {
    const sim = startMove();
    finish(sim, false);
    expect(sim.login('alice')).toMatch(/^waits/);
    sim.wait(2);
    expect(sim.answers()).toHaveLength(1);
  });

  test('no answer: forgotten with the move', () => {
    const sim = startMove();
    sim.wait(30);
    expect(sim.effects.some((effect) => effect.do === 'forget-flush')).toBe(true);
    expect(sim.logged().at(-1)).toContain('(state=flushing)');
    finish(sim, true);
    expect(sim.login('alice')).toBe('10.2.0.12');
  });

  test('does not run for a user that was nowhere before', () => {
    const sim = startSimulation(FLUSH);
    sim.admin(`USER-MOVE\t${ALICE}\t10.2.0.12`);
    expect(flushes(sim)).toEqual([]);
  });
});

describe('HOST-RESET-USERS', () => {
  const NAMES = Array.from({ length: 30 }, (_, i) => `user${i}`);

  test('moves users whose hash says so, a few at a time, and replies with the last one started', () => {
    const sim = startSimulation();
    const before = new Map(NAMES.map((name) => [name, sim.login(name)]));
    const there = NAMES.filter((name) => before.get(name) === '10.2.0.13');
    expect(there.length).toBeGreaterThan(5);
    sim.admin('HOST-DOWN\t10.2.0.13');
    expect(sim.admin('HOST-RESET-USERS\t10.2.0.13\t2')).toBe('waits');
    let answered = 0;
    while (sim.director.resets.length > 0) {
      expect(sim.director.moves.byId.size).toBeLessThanOrEqual(2);
      sim.answerKick();
      answered++;
      if (sim.director.kicks.outstanding.size === 0) sim.wait(2);
    }
    expect(replies(sim)).toEqual(['OK\n']);
    expect(kicks(sim)).toHaveLength(there.length);
    expect(answered).toBeGreaterThanOrEqual(there.length - 2);
    expect(sim.logged().at(-1)).toMatch(
      new RegExp(`^Moved ${there.length} users in 1 hosts in \\d+\\.000 secs \\(max parallel=2\\)$`),
    );
    sim.wait(40);
    for (const name of NAMES) {
      const now = sim.login(name);
      if (there.includes(name)) expect(now).not.toBe('10.2.0.13');
      else expect(now).toBe(before.get(name));
    }
  });

  test('without a host left the users are dropped and forgotten', () => {
    const sim = startSimulation({ director_mail_servers: '10.2.0.11' });
    for (const name of NAMES.slice(0, 7)) sim.login(name);
    sim.admin('HOST-DOWN\t10.2.0.11');
    sim.admin('HOST-RESET-USERS');
    expect(replies(sim)).toEqual(['OK\n']);
    expect(kicks(sim)).toHaveLength(7);
    expect(sim.admin('USER-LIST')).toBe('\n');
    expect(sim.logged().at(-1)).toBe('Moved 7 users in 1 hosts in 0.000 secs (max parallel=100)');
    expect(sim.director.moves.byId.size).toBe(0);
  });

  test('a host removed after its users were dropped does not cost the next one its users', () => {
    const sim = startSimulation({ director_mail_servers: '10.2.0.11@a 10.2.0.12' });
    for (const name of NAMES) sim.login(name, 'a');
    for (const name of NAMES) sim.login(name);
    sim.admin('HOST-DOWN\t10.2.0.11');
    sim.admin('HOST-RESET-USERS\t\t1');
    sim.admin('HOST-REMOVE\t10.2.0.11');
    sim.wait(10);
    expect(replies(sim)).toEqual(['OK\n']);
    expect(sim.admin('HOST-LIST')).toBe(`10.2.0.12\t100\t${NAMES.length}\t\tU\t0\n\n`);
  });

  test('a host that is removed meanwhile does not disturb the others', () => {
    const sim = startSimulation();
    for (const name of NAMES) sim.login(name);
    for (const ip of ['10.2.0.12', '10.2.0.13']) sim.admin(`HOST-DOWN\t${ip}`);
    sim.admin('HOST-RESET-USERS\t\t1');
    sim.admin('HOST-REMOVE\t10.2.0.12');
    for (let i = 0; i < 60; i++) {
      if (sim.director.kicks.outstanding.size > 0) sim.answerKick();
      sim.wait(2);
    }
    expect(replies(sim)).toEqual(['OK\n']);
    expect(sim.admin('HOST-LIST')).toMatch(/10\.2\.0\.13\t100\t0\t\tD/);
  });
});

test('an admin kick that nobody answers fails after thirty seconds, and the next one starts', () => {
  const sim = startSimulation({ director_max_parallel_kicks: 1 });
  sim.admin('USER-KICK\tone', 1);
  sim.admin('USER-KICK\ttwo', 2);
  sim.wait(30);
  expect(replies(sim)).toEqual(['ipc reply timed out\n']);
  expect(kicks(sim)).toEqual([
    { cmd: 'KICK', users: ['one'] },
    { cmd: 'KICK', users: ['two'] },
  ]);
});
