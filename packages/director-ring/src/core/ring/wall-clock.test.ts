/** The machine's clock is set while we run. Others go by theirs, which was right all the time. */
import { expect, test } from 'vitest';
import { startTwoRing, type TwoRing } from '../../testing/two-ring.ts';
import { followClock } from '../follow-clock.ts';
import { directorStatus } from '../status.ts';

const ALICE = 1669653170;

const setClock = (ring: TwoRing, seconds: number): void =>
  followClock(ring.director, ring.now() + seconds * 1000, ring.now());

test.each([3600, -3600])('by %d seconds: users and SYNCs carry the time of the others', (seconds) => {
  const ring = startTwoRing();
  setClock(ring, seconds);
  expect(ring.login('alice')).toBe('10.2.0.11');
  const time = ring.seconds() + seconds;
  expect(ring.ring.right.heard()).toEqual([`USER\\t${ALICE}\\t10.2.0.11\\t${time}`]);
  expect(ring.admin('USER-LOOKUP\\talice')).toContain(`10.2.0.11\t${time + 60}\t`);
  ring.ring.left.say(`USER\\t5\\t10.2.0.12\\t${time - 5}`);
  const { users } = [...ring.director.hosts.tags()][0] ?? {};
  expect(users?.user(users.find(5, ring.seconds())).timestamp).toBe(ring.seconds() - 5);
  expect(ring.admin('HOST-DOWN\\t10.2.0.12')).toBe('wait');
  const [host, sync] = ring.ring.right.heard();
  expect(host).toContain(`\\tD${time}\\t`);
  expect(sync).toContain(`\\t9\\t${time}\\t`);
  ring.ring.left.say(sync ?? '');
  expect(ring.replies()).toEqual(['1 OK\n']);
});

test('administrators read when a neighbour was heard last by the clock that was set', () => {
  const ring = startTwoRing();
  setClock(ring, 3600);
  const right = ring.director.ring.right;
  if (right === undefined) throw new Error('no right');
  right.traffic.lastInput = ring.now();
  const { connections } = directorStatus(ring.director, ring.now()).ring;
  expect(connections.map(({ lastInput }) => lastInput)).toContain(ring.seconds() + 3600);
  expect(connections.every(({ lastOutput }) => lastOutput === 0)).toBe(true);
  expect(ring.admin('DIRECTOR-LIST')).toContain(`\t${ring.seconds() + 3600}\t0\n`);
});

test('the log says so, once', () => {
  const ring = startTwoRing();
  for (const seconds of [1, 3600, 3601, 3599, 0]) setClock(ring, seconds);
  const lines = ring.director.effects.flatMap((effect) => (effect.do === 'log' ? [effect.text] : []));
  expect(lines).toEqual(['Clock was set 3600 secs forward', 'Clock was set 3600 secs back']);
});
