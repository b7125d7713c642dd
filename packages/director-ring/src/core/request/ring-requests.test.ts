/** Logins while the ring is in this or that state. */
import { expect, test } from 'vitest';
import { startRingCore } from '../../testing/ring-core.ts';
import { startTwoRing, type TwoRing } from '../../testing/two-ring.ts';
import { refreshUser } from './refresh-user.ts';
import { type Answer, requestHost } from './requests.ts';

const TINA = 4012572174;

const answers = ({ effects }: Pick<TwoRing, 'effects'>): string[] =>
  effects.flatMap((effect) => {
    if (effect.do !== 'answer') return [];
    return effect.answer.result === 'host' ? [effect.answer.host.ip] : [effect.answer.reason ?? ''];
  });

const tinaIs = (ring: TwoRing): string => `USER\\t${TINA}\\t10.2.0.13\\t${ring.seconds()}`;

/** A change of theirs; our SYNC is not given back. */
const unsync = (ring: TwoRing, seq = 1): void =>
  ring.ring.left.say(`HOST\\t127.0.0.4\\t21100\\t${seq}\\t10.2.0.11\\t${100 + seq}\\t\\tU0\\t`);

test('others hear of every login and every sign of a session', () => {
  const ring = startTwoRing();
  const told = (): void => {
    expect(ring.heard()).toEqual({ left: [tinaIs(ring)], right: [tinaIs(ring)] });
  };
  expect(ring.login('tina')).toBe('10.2.0.13');
  told();
  ring.wait(5000);
  expect(ring.login('tina')).toBe('10.2.0.13');
  told();
  ring.wait(5000);
  refreshUser(ring.director, 'tina', ring.now());
  refreshUser(ring.director, 'nobody', ring.now());
  ring.settle();
  told();
  ring.wait(5000);
  expect(ring.admin('USER-MOVE\\ttina\\t10.2.0.13')).toBe('OK\n');
  told();
});

test('unsynced: known users are answered, new ones wait', () => {
  const ring = startTwoRing();
  ring.login('tina');
  ring.heard();
  unsync(ring);
  expect([ring.login('tina'), ring.login('alice'), ring.login('bob')]).toEqual(['10.2.0.13', 'wait', 'wait']);
  unsync(ring, 2);
  expect(answers(ring)).toEqual([]);
  ring.sync();
  expect(answers(ring)).toHaveLength(2);
});

test('after two seconds the log says so, and when it is over', () => {
  const ring = startTwoRing();
  ring.login('tina');
  unsync(ring);
  ring.login('alice');
  ring.wait(1999);
  const delaying = 'Delaying new user requests until ring is synced';
  expect(ring.logged).not.toContain(delaying);
  ring.wait(1);
  ring.login('bob');
  ring.wait(2000);
  expect(ring.logged.filter((text) => text === delaying)).toHaveLength(1);
  ring.sync();
  expect(ring.logged.at(-1)).toMatch(
    /^Ring is synced, continuing delayed requests \(syncing took 4 secs, hosts_hash=\d+\)$/,
  );
});

test('a wait of less is not worth a line, nor one that only known users had', () => {
  const ring = startTwoRing();
  ring.login('tina');
  unsync(ring);
  ring.login('alice');
  ring.wait(1500);
  ring.sync();
  unsync(ring, 2);
  ring.login('tina');
  ring.wait(1500);
  expect(ring.logged.filter((text) => text.startsWith('Delaying'))).toEqual([]);
  ring.wait(3000);
  expect(ring.logged.filter((text) => text.startsWith('Delaying'))).toEqual([]);
});

test('before the ring was ever synced all wait, until it is clear that nobody is there', () => {
  const core = startRingCore(['127.0.0.4']);
  const login = (name: string): Answer['result'] => requestHost(core.director, name, '', core.now()).result;
  expect([login('tina'), login('alice')]).toEqual(['wait', 'wait']);
  core.wait(2000);
  expect(core.logged).toContain('Delaying all requests until all directors have connected');
  expect(login('bob')).toBe('wait');
  core.refuse();
  expect(core.logged).toContain('Directors have been connected, continuing delayed requests');
  expect(answers(core)).toEqual(['10.2.0.13', '10.2.0.11', '10.2.0.11']);
});

test('the reasons of those who wait too long', () => {
  const core = startRingCore(['127.0.0.2'], { homing_director_look_time: 60 });
  requestHost(core.director, 'tina', '', core.now());
  for (let i = 0; i < 30; i++) {
    core.accept()?.close();
    core.wait(1000);
  }
  expect(answers(core)).toEqual([
    `Timeout because ring not handshaked - queued for 30 secs (Ring has never been synced, hash=${TINA})`,
  ]);

  const ring = startTwoRing();
  ring.wait(3000);
  unsync(ring);
  ring.wait(1000);
  ring.login('tina');
  const { left, right } = ring.director.ring;
  for (let i = 0; i < 30; i++) {
    for (const peer of [left, right]) if (peer !== undefined) peer.pong = undefined;
    ring.ring.left.say('PING');
    ring.ring.right.say('PING');
    ring.wait(1000);
  }
  expect(answers(ring)).toEqual([
    `Timeout because ring not synced - queued for 30 secs (Ring not synced for 31 secs, hash=${TINA})`,
  ]);
});

test('a login that waited for agreement too long ends the wait of all', () => {
  const ring = startTwoRing();
  ring.ring.left.say(`USER-WEAK\\t127.0.0.4\\t21100\\t1\\t${TINA}\\t10.2.0.12`);
  ring.login('tina');
  ring.wait(10_000);
  ring.login('tina');
  const { left, right } = ring.director.ring;
  for (let i = 0; i < 20; i++) {
    for (const peer of [left, right]) if (peer !== undefined) peer.pong = undefined;
    ring.ring.left.say('PING');
    ring.ring.right.say('PING');
    ring.wait(1000);
  }
  expect(answers(ring)).toEqual([
    'Timeout because weak user - queued for 30 secs ' +
      `(Ring synced for 30 secs, weak user, user refreshed 30 secs ago, hash=${TINA})`,
    '10.2.0.12',
  ]);
});

test('a kill that ends lets the login in although the ring is unsynced', () => {
  const ring = startTwoRing();
  ring.login('tina');
  ring.admin('USER-MOVE\\ttina\\t10.2.0.12');
  expect(ring.login('tina')).toBe('wait');
  ring.answerKick();
  ring.ring.left.say(`USER-KILLED\\t${TINA}`);
  unsync(ring);
  ring.wait(2000);
  expect(answers(ring)).toEqual(['10.2.0.12']);
});
