/** No more users than `homing_director_max_users`, from whomever they come. */
import { describe, expect, test } from 'vitest';
import { ip, startSimulation } from '../testing/core.ts';
import { greeting, joining } from '../testing/ring-core.ts';
import { startTwoRing, type TwoRing } from '../testing/two-ring.ts';
import { learnSessions } from './relearn/learn-sessions.ts';
import { restoreUsers } from './state/restore.ts';
import { createRestoredUsers } from './state/restored-users.ts';

const REACHED = 'homing_director_max_users=2 reached';
const HOST = '10.2.0.11';
const ALICE = 1669653170;
/** Where her hash says. */
const ALICE_HOST = '10.2.0.11';

/** As many as there may be: alice and bob. */
const startFull = () => {
  const ring = startTwoRing({ homing_director_max_users: 2, director_user_expire: 3600 });
  ring.login('alice');
  ring.login('bob');
  ring.heard();
  return ring;
};

describe('another director that tells of one more', () => {
  const users = (ring: TwoRing): number[] => [ring.director.hosts.users(), ring.director.ring.peers.size];

  test('with USER is not believed, nor disconnected, and the log does not grow with those it tells of', () => {
    const ring = startFull();
    for (let hash = 1; hash <= 12; hash++) ring.ring.left.say(`USER\\t${hash}\\t${HOST}\\t${ring.seconds()}`);
    expect(ring.heard()).toEqual({ left: [], right: [] });
    expect(users(ring)).toEqual([2, 2]);
    const leftOut = Array.from({ length: 10 }, (_, i) => `director: User hash ${i + 1} is left out: ${REACHED}`);
    expect(ring.logged.filter((text) => text.includes(REACHED))).toEqual(leftOut);
    expect(ring.login('alice')).toMatch(/^10\.2\./);
  });

  test('with USER-WEAK asks those behind us too', () => {
    const ring = startFull();
    const asked = `USER-WEAK\\t127.0.0.4\\t21100\\t1\\t1\\t${HOST}`;
    ring.ring.left.say(asked);
    expect(ring.heard()).toEqual({ left: [], right: [asked] });
    expect(users(ring)).toEqual([2, 2]);
  });

  test('with USER-MOVE does so without us, and gets its token back', () => {
    const ring = startFull();
    ring.ring.left.say(`USER-MOVE\\t127.0.0.4\\t21100\\t1\\t1\\t${HOST}`, 'USER-KILLED\\t1');
    expect(ring.heard().right).toEqual(['USER-KILLED\\t1']);
    expect([ring.kicks(), users(ring)]).toEqual([[], [2, 2]]);
  });

  test('may tell of those that are known', () => {
    const ring = startFull();
    ring.wait(1000);
    ring.ring.left.say(`USER\\t${ALICE}\\t${ALICE_HOST}\\t${ring.seconds()}`);
    expect(ring.admin(`USER-LOOKUP\\t${ALICE}`)).toContain(`${ALICE_HOST}\t${ring.seconds() + 3600}`);
  });

  test('in its handshake becomes our left, and cannot have us remember more of its users than there may be', () => {
    const ring = startFull();
    ring.ring.left.close();
    ring.wait(20_000);
    const told = [5, 4, 3, 2].map((age) => `U\\t${ALICE}\\t${ALICE_HOST}\\t${ring.seconds() - age}`);
    // So that they are still there to be counted.
    ring.director.ring.forwards.nextAt = ring.now() + 1;
    const left = ring.connectFrom('127.0.0.4');
    left?.say(...greeting('127.0.0.4', ring.seconds()), ...told, `U\\t1\\t${HOST}\\t${ring.seconds()}`);
    expect(ring.director.ring.forwards.queue.flatMap(({ hashes }) => hashes)).toEqual([ALICE, ALICE]);
    left?.say(...joining);
    expect(ring.director.ring.left?.member?.ip).toBe('127.0.0.4');
    expect(users(ring)).toEqual([2, 2]);
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
    expect(sim.logged()).toEqual([`2 more users were refused or left out: ${REACHED}`]);
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
