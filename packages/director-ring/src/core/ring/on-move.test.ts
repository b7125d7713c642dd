/** Moves in a ring, with one neighbour who is a test. Lines as captured from Dovecot's directors. */
import { expect, test } from 'vitest';
import { startTwoRing, type TwoRing } from '../../testing/two-ring.ts';

const ALICE = 1669653170;
/** Whose hash says 10.2.0.13. */
const TINA = 4012572174;
const KICK = { cmd: 'KICK-DIRECTOR-HASH', hash: ALICE, exceptIp: undefined };
const KILLED = `USER-KILLED\\t${ALICE}`;

/** Alice is on 10.2.0.11. */
const start = (changed: Parameters<typeof startTwoRing>[0] = {}): TwoRing => {
  const ring = startTwoRing(changed);
  expect(ring.login('alice')).toBe('10.2.0.11');
  ring.heard();
  return ring;
};

const own = ({ director }: TwoRing): string => `127.0.0.1\\t21100\\t${director.ring.self.lastSeq}`;
const theirs = (cmd: string, seq: number, ...args: (string | number)[]): string =>
  [cmd, '127.0.0.4', 21_100, seq, ...args].join('\\t');

test('we begin it: others are told, then our sessions are dropped, then the token goes round', () => {
  const ring = start();
  expect(ring.admin(`USER-MOVE\\t${ALICE}\\t10.2.0.12`)).toBe('OK\n');
  const move = `USER-MOVE\\t${own(ring)}\\t${ALICE}\\t10.2.0.12`;
  expect(ring.heard()).toEqual({ left: [move], right: [move] });
  expect(ring.kicks()).toEqual([KICK]);
  expect(ring.admin(`USER-MOVE\\t${ALICE}\\t10.2.0.12`)).toBe('TRYAGAIN\n');
  ring.answerKick();
  expect(ring.heard()).toEqual({ left: [], right: [KILLED] });
  expect(ring.moveStates()).toEqual(['waiting-for-everyone']);
  expect(ring.login('alice')).toBe('wait');
  ring.ring.left.say(KILLED);
  const everywhere = `USER-KILLED-EVERYWHERE\\t${own(ring)}\\t${ALICE}`;
  expect(ring.heard()).toEqual({ left: [everywhere], right: [everywhere] });
  expect(ring.moveStates()).toEqual(['delay']);
  ring.ring.left.say(everywhere);
  ring.wait(1999);
  expect(ring.effects.some((effect) => effect.do === 'answer')).toBe(false);
  ring.wait(1);
  expect(ring.effects.filter((effect) => effect.do === 'answer')).toHaveLength(1);
  expect(ring.login('alice')).toBe('10.2.0.12');
});

test('a token that took its time: the user is as old for us as for whoever held it up', () => {
  const ring = start();
  ring.admin(`USER-MOVE\\t${ALICE}\\t10.2.0.12`);
  ring.answerKick();
  ring.wait(8000);
  ring.heard();
  ring.ring.left.say(KILLED);
  const user = `USER\\t${ALICE}\\t10.2.0.12\\t${ring.seconds()}`;
  const everywhere = `USER-KILLED-EVERYWHERE\\t${own(ring)}\\t${ALICE}`;
  expect(ring.heard()).toEqual({ left: [user, everywhere], right: [user, everywhere] });
});

test('another begins it: the token waits until our sessions are dropped', () => {
  const ring = start();
  ring.ring.left.say(theirs('USER-MOVE', 1, ALICE, '10.2.0.12'), KILLED);
  expect(ring.kicks()).toEqual([KICK]);
  expect(ring.moveStates()).toEqual(['notify-received']);
  expect(ring.heard()).toEqual({ left: [], right: [] });
  ring.answerKick();
  expect(ring.heard()).toEqual({ left: [], right: [KILLED] });
  ring.ring.left.say(theirs('USER-KILLED-EVERYWHERE', 2, ALICE));
  expect(ring.moveStates()).toEqual(['delay']);
  ring.wait(2000);
  expect(ring.moveStates()).toEqual([]);
  expect(ring.login('alice')).toBe('10.2.0.12');
});

test('our sessions are dropped before the token comes', () => {
  const ring = start();
  ring.ring.left.say(theirs('USER-MOVE', 1, ALICE, '10.2.0.12'));
  ring.answerKick();
  expect(ring.moveStates()).toEqual(['waiting-for-notify']);
  expect(ring.heard()).toEqual({ left: [], right: [] });
  ring.ring.left.say(KILLED);
  expect(ring.heard()).toEqual({ left: [], right: [KILLED] });
});

test('a user that we do not know, or have there already, has no sessions to drop', () => {
  const ring = start();
  ring.ring.left.say(theirs('USER-MOVE', 1, 300, '10.2.0.12'), theirs('USER-MOVE', 2, ALICE, '10.2.0.11'));
  expect(ring.kicks()).toEqual([]);
  expect(ring.moveStates()).toEqual(['waiting-for-notify', 'waiting-for-notify']);
  ring.ring.left.say('USER-KILLED\\t300', KILLED);
  expect(ring.heard().right).toEqual(['USER-KILLED\\t300', KILLED]);
});

test('seen before: nothing', () => {
  const ring = start();
  ring.ring.left.say(theirs('USER-MOVE', 5, ALICE, '10.2.0.12'));
  ring.ring.right.say(theirs('USER-MOVE', 5, ALICE, '10.2.0.13'), theirs('USER-MOVE', 4, 300, '10.2.0.13'));
  expect(ring.moveStates()).toHaveLength(1);
  expect(ring.admin('USER-LIST')).toBe('rows');
  ring.answerKick();
  ring.ring.left.say(KILLED, theirs('USER-KILLED-EVERYWHERE', 5, ALICE));
  expect(ring.moveStates()).toEqual(['waiting-for-everyone']);
});

test('a move by a director that we do not know becomes ours to tell', () => {
  const ring = start();
  ring.ring.left.say('USER-MOVE\\t127.0.0.66\\t21100\\t1\\t300\\t10.2.0.11');
  // The neighbour is at both sides, so he is not told again.
  expect(ring.moveStates()).toEqual(['waiting-for-notify']);
  ring.ring.left.say('USER-KILLED\\t300');
  expect(ring.heard().right).toEqual(['USER-KILLED\\t300']);
});

test('a backend that we do not know: the token passes, and our sessions are dropped all the same', () => {
  const ring = start();
  ring.ring.left.say(theirs('USER-MOVE', 1, 300, '10.2.0.99'), 'USER-KILLED\\t300');
  expect(ring.heard().right).toEqual(['USER-KILLED\\t300']);
  ring.ring.left.say(theirs('USER-KILLED-EVERYWHERE', 2, 300));
  ring.ring.left.say(theirs('USER-MOVE', 3, ALICE, '10.2.0.99'), KILLED);
  expect(ring.kicks()).toEqual([KICK]);
  expect(ring.login('alice')).toBe('wait');
  ring.answerKick();
  expect(ring.heard().right).toEqual([KILLED]);
  ring.ring.left.say(theirs('USER-KILLED-EVERYWHERE', 4, ALICE));
  ring.wait(2000);
  expect(ring.moveStates()).toEqual([]);
  expect(ring.login('alice')).toBe('10.2.0.11');
  expect(ring.logged.filter((text) => text.includes('timed out'))).toEqual([]);
});

test.each([
  ['10.2.0.13', '10.2.0.12'],
  ['10.2.0.11', '10.2.0.11'],
])('moved to 10.2.0.12 and to %s at once: the lower one counts', (theirTarget, target) => {
  const ring = startTwoRing();
  ring.admin('USER-MOVE\\t300\\t10.2.0.12');
  ring.ring.left.say(theirs('USER-MOVE', 1, 300, theirTarget));
  ring.ring.left.say('USER-KILLED\\t300', 'USER-KILLED\\t300');
  ring.wait(2000);
  expect(ring.admin('USER-LOOKUP\\t300')).toMatch(new RegExp(`^${target}\\t`));
});

test('a move that begins when another one ends is a new one', () => {
  const ring = startTwoRing();
  ring.admin('USER-MOVE\\t300\\t10.2.0.12');
  ring.ring.left.say('USER-KILLED\\t300');
  expect(ring.moveStates()).toEqual(['delay']);
  ring.ring.left.say(theirs('USER-MOVE', 1, 300, '10.2.0.13'));
  ring.wait(2000);
  expect(ring.admin('USER-LOOKUP\\t300')).toMatch(/^10\.2\.0\.13\t/);
});

test('a token of no move goes round once', () => {
  const ring = start();
  ring.ring.left.say(KILLED);
  expect(ring.heard()).toEqual({ left: [], right: [KILLED] });
  expect(ring.login('alice')).toBe('10.2.0.11');
  ring.heard();
  ring.ring.left.say(KILLED);
  const everywhere = `USER-KILLED-EVERYWHERE\\t${own(ring)}\\t${ALICE}`;
  expect(ring.heard()).toEqual({ left: [everywhere], right: [everywhere] });
  ring.wait(2000);
  expect(ring.moveStates()).toEqual([]);
});

test('a token of no move that does not come back is forgotten', () => {
  const ring = start();
  ring.ring.left.say(KILLED);
  ring.ring.left.say(theirs('USER-MOVE', 1, ALICE, '10.2.0.12'));
  expect(ring.moveStates()).toEqual(['killing']);
  ring.ring.left.say('USER-KILLED\\t300');
  for (let seconds = 0; seconds < 30; seconds++) {
    ring.wait(1000);
    ring.ring.left.say('PONG');
    ring.ring.right.say('PONG');
  }
  expect(ring.moveStates()).toEqual([]);
  expect(ring.logged.filter((text) => text.includes('move timed out'))).toHaveLength(1);
});

test('who waits for the delay of one move begins another anew, to another host', () => {
  const ring = start();
  ring.ring.left.say(theirs('USER-MOVE', 1, ALICE, '10.2.0.12'), KILLED);
  ring.answerKick();
  ring.ring.left.say(theirs('USER-KILLED-EVERYWHERE', 2, ALICE));
  expect(ring.moveStates()).toEqual(['delay']);
  ring.ring.left.say(theirs('USER-MOVE', 3, ALICE, '10.2.0.12'));
  expect(ring.moveStates()).toEqual(['delay']);
  ring.ring.left.say(theirs('USER-MOVE', 4, ALICE, '10.2.0.13'));
  expect([ring.moveStates(), ring.kicks()]).toEqual([['killing'], [KICK, KICK]]);
  ring.wait(2000);
  expect(ring.login('alice')).toBe('wait');
});

test('a token that comes when we are done is answered', () => {
  const ring = start();
  ring.ring.left.say(theirs('USER-MOVE', 1, ALICE, '10.2.0.12'));
  ring.answerKick();
  ring.ring.left.say(KILLED, theirs('USER-KILLED-EVERYWHERE', 2, ALICE), KILLED);
  const { left } = ring.heard();
  const user = `USER\\t${ALICE}\\t10.2.0.12\\t${ring.seconds()}`;
  expect(left).toEqual([user, `USER-KILLED-EVERYWHERE\\t${own(ring)}\\t${ALICE}`]);
});

test('a neighbour who swallows the token', () => {
  const ring = start();
  ring.admin(`USER-MOVE\\t${ALICE}\\t10.2.0.12`);
  ring.answerKick();
  for (let seconds = 0; seconds < 29; seconds++) {
    ring.wait(1000);
    ring.ring.left.say('PONG');
    ring.ring.right.say('PONG');
    ring.heard();
  }
  expect(ring.login('alice')).toBe('wait');
  ring.wait(1000);
  expect(ring.logged.at(-1)).toBe(
    `Finishing user ${ALICE} move timed out, its state may now be inconsistent (state=waiting-for-everyone)`,
  );
  expect(ring.login('alice')).toBe('10.2.0.12');
});

test('the flush script runs where the move began, and nowhere else', () => {
  const ring = start({ director_flush_socket: 'unix:user-flush' });
  const flushes = () => ring.effects.filter((effect) => effect.do === 'flush');
  ring.ring.left.say(theirs('USER-MOVE', 1, ALICE, '10.2.0.12'));
  ring.answerKick();
  ring.ring.left.say(KILLED, theirs('USER-KILLED-EVERYWHERE', 2, ALICE));
  ring.wait(2000);
  expect(flushes()).toEqual([]);
  ring.admin(`USER-MOVE\\t${ALICE}\\t10.2.0.13`);
  ring.answerKick();
  expect(flushes()).toEqual([]);
  ring.ring.left.say(KILLED);
  expect(flushes()).toHaveLength(1);
});

test('a token lost with our right is sent to the next one', () => {
  const ring = start();
  ring.admin(`USER-MOVE\\t${ALICE}\\t10.2.0.12`);
  ring.answerKick();
  ring.heard();
  ring.ring.right.close();
  ring.wait(1000);
  ring.ring.right = ring.reachRight();
  ring.sync();
  expect(ring.ring.right.heard()).toContain(KILLED);
});

test('a token that the right got is not sent twice', () => {
  const ring = start();
  ring.admin(`USER-MOVE\\t${ALICE}\\t10.2.0.12`);
  ring.answerKick();
  ring.heard();
  ring.admin('HOST-UPDATE\\t10.2.0.13\\t50');
  ring.heard();
  expect(ring.replies()).toEqual(['1 OK\n']);
  expect(ring.heard().right).toEqual([]);
});

test('when all others are gone nobody is waited for', () => {
  const ring = start();
  ring.admin(`USER-MOVE\\t${ALICE}\\t10.2.0.12`);
  ring.answerKick();
  ring.ring.left.close();
  ring.ring.right.close();
  expect(ring.moveStates()).toEqual(['waiting-for-everyone']);
  ring.wait(1000);
  ring.refuse();
  expect(ring.moveStates()).toEqual(['delay']);
});

test('tokens of moves that nobody makes are not remembered without end', () => {
  const ring = start();
  ring.ring.left.say(...Array.from({ length: 10_500 }, (_, i) => `USER-KILLED\\t${i}`));
  expect(ring.moveStates()).toHaveLength(10_000);
  ring.wait(40_000);
  expect(ring.moveStates()).toEqual([]);
});

test('a move of ours that does not count while another runs is told to nobody', () => {
  const ring = startTwoRing();
  expect(ring.login('tina')).toBe('10.2.0.13');
  ring.heard();
  ring.ring.left.say(theirs('USER-MOVE', 1, TINA, '10.2.0.11'), `USER-KILLED\\t${TINA}`);
  ring.answerKick();
  expect(ring.heard().right).toEqual([`USER-KILLED\\t${TINA}`]);
  // Elsewhere the first move may have ended, and another one would count.
  expect(ring.admin('HOST-RESET-USERS\\t10.2.0.11')).toBe('wait');
  expect(ring.heard()).toEqual({ left: [], right: [] });
  ring.ring.left.say(theirs('USER-KILLED-EVERYWHERE', 2, TINA));
  ring.wait(2000);
  expect(ring.login('tina')).toBe('10.2.0.11');
});
