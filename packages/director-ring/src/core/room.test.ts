/** No more users than `homing_director_max_users`, from whomever they come. */
import { describe, expect, test } from 'vitest';
import { ip, startSimulation } from '../testing/core.ts';
import { startTwoRing } from '../testing/two-ring.ts';
import { learnSessions } from './relearn/learn-sessions.ts';
import { restoreUsers } from './state/restore.ts';
import { createRestoredUsers } from './state/restored-users.ts';

const REACHED = 'homing_director_max_users=2 reached';
const HOST = '10.2.0.11';

/** As many as there may be: alice and bob. */
const startFull = () => {
  const ring = startTwoRing({ homing_director_max_users: 2, director_user_expire: 3600 });
  ring.login('alice');
  ring.login('bob');
  ring.heard();
  return ring;
};

describe('another director that tells of one more', () => {
  test.each([
    ['USER', (now: number) => `USER\\t1\\t${HOST}\\t${now}`],
    ['USER-WEAK', () => `USER-WEAK\\t127.0.0.4\\t21100\\t1\\t1\\t${HOST}`],
    ['USER-MOVE', () => `USER-MOVE\\t127.0.0.4\\t21100\\t1\\t1\\t${HOST}`],
  ])('with %s is disconnected; the other connection and the users stay', (cmd, line) => {
    const ring = startFull();
    ring.ring.left.say(line(ring.seconds()));
    expect(ring.ring.left.isClosed()).toBe(true);
    expect(ring.ring.left.heard()).toEqual([`QUIT\\tInvalid input: ${cmd}`]);
    expect(ring.logged.at(-1)).toMatch(`director(127.0.0.4:21100/left): Command ${cmd}: ${REACHED} (input: `);
    expect(ring.ring.right.isClosed()).toBe(false);
    expect(ring.director.hosts.users()).toBe(2);
    expect(ring.login('alice')).toMatch(/^10\.2\./);
  });

  test('may tell of those that are known', () => {
    const ring = startFull();
    ring.ring.left.say(`USER\\t1669653170\\t${HOST}\\t${ring.seconds()}`);
    expect(ring.ring.left.isClosed()).toBe(false);
  });

  test('in its handshake may tell of each of as many once', () => {
    const ring = startFull();
    ring.ring.left.close();
    const left = ring.connectFrom('127.0.0.4');
    const users = Array.from({ length: 3 }, () => `U\\t1669653170\\t${HOST}\\t${ring.seconds()}`);
    left?.say('VERSION\\tdirector\\t1\\t9', `ME\\t127.0.0.4\\t21100\\t${ring.seconds()}`, ...users.slice(1));
    expect(left?.isClosed()).toBe(false);
    left?.say(...users.slice(0, 1));
    expect(left?.isClosed()).toBe(true);
  });
});

describe('one more who', () => {
  test('logs in fails at once, and the log does not grow with those who try', () => {
    const sim = startSimulation({ homing_director_max_users: 2 });
    sim.login('alice');
    sim.login('bob');
    const tries = Array.from({ length: 12 }, (_, i) => sim.login(`user${i}`));
    expect(tries).toEqual([...Array.from({ length: 10 }, () => REACHED), 'fails', 'fails']);
    expect(sim.director.hosts.users()).toBe(2);
    expect(sim.director.requests.waiting.size).toBe(0);
    sim.wait(60);
    expect(sim.logged()).toEqual([`2 more host lookups failed: ${REACHED}`]);
    expect(sim.login('user1')).toMatch(/^10\.2\./);
  });

  test('has waited for the ring fails when it is synced', () => {
    const ring = startFull();
    ring.ring.left.say('HOST\\t127.0.0.4\\t21100\\t1\\t10.2.0.11\\t50\\t\\tU0\\t');
    expect(ring.login('tina')).toBe('wait');
    ring.sync();
    const answers = ring.effects.flatMap((effect) => (effect.do === 'answer' ? [effect.answer] : []));
    expect(answers).toEqual([{ result: 'fail', reason: REACHED }]);
    expect(ring.director.requests.waiting.size).toBe(0);
  });

  test('is moved by an administrator is not', () => {
    const ring = startFull();
    expect(ring.admin(`USER-MOVE\\ttina\\t${HOST}`)).toBe(`${REACHED}\n`);
    expect(ring.admin(`USER-MOVE\\talice\\t${HOST}`)).toBe('OK\n');
    expect(ring.director.hosts.users()).toBe(2);
  });

  test('was there before a restart, or has a session, is left out', () => {
    const sim = startSimulation({ homing_director_max_users: 2 }, true);
    const users = createRestoredUsers(1);
    const host = users.hostNumber({ ip: ip(HOST), tag: '' }) ?? 0;
    for (const hash of [1, 2, 3]) users.put(host, hash, sim.now() / 1000);
    restoreUsers(sim.director, users, sim.now());
    learnSessions(sim.director, [{ username: 'tina', ip: ip(HOST) }], sim.now());
    expect(sim.director.hosts.users()).toBe(2);
  });
});
