/** Kicks that all directors carry out. */
import { expect, test } from 'vitest';
import { startTwoRing } from '../../testing/two-ring.ts';

test.each([
  ['USER-KICK', 'al\x01tice', { cmd: 'KICK', users: ['al\tice'] }],
  ['USER-KICK-ALT', 'user_group\\tg1', { cmd: 'KICK-ALT', field: 'user_group', values: ['g1'] }],
])("%s, an admin's, is told to login processes and to both neighbours", (cmd, args, kick) => {
  const ring = startTwoRing();
  expect(ring.admin(`${cmd}\\t${args}`)).toBe('wait');
  const line = `${cmd}\\t127.0.0.1\\t21100\\t${ring.director.ring.self.lastSeq}\\t${args}`;
  expect(ring.heard()).toEqual({ left: [line], right: [line] });
  expect(ring.kicks()).toEqual([kick]);
  ring.answerKick();
  expect(ring.replies()).toEqual(['1 OK\n']);
});

test.each([
  ['USER-KICK', 'alice', { cmd: 'KICK', users: ['alice'] }],
  ['USER-KICK-ALT', 'f\\tv', { cmd: 'KICK-ALT', field: 'f', values: ['v'] }],
  ['USER-KICK-HASH', '100\\t10.2.0.11', { cmd: 'KICK-DIRECTOR-HASH', hash: 100, exceptIp: '10.2.0.11' }],
])("%s, another director's, is carried out once, and whether it failed is nobody's business", (cmd, args, kick) => {
  const ring = startTwoRing({ director_max_parallel_kicks: 1 });
  const line = `${cmd}\\t127.0.0.4\\t21100\\t7\\t${args}`;
  ring.ring.left.say(line);
  ring.ring.right.say(line);
  expect(ring.kicks()).toEqual([kick]);
  // He is at both sides, so there is nobody else to tell.
  expect(ring.heard()).toEqual({ left: [], right: [] });
  ring.ring.left.say(`${cmd}\\t127.0.0.4\\t21100\\t8\\t${args}`);
  expect(ring.kicks()).toHaveLength(2);
  expect(ring.admin('USER-KICK\\tbob\\tnowait')).toBe('TRYAGAIN\n');
  const logged = ring.logged.length;
  ring.answerKick('ipc connect failed');
  expect(ring.logged).toHaveLength(logged);
  expect(ring.replies()).toEqual([]);
});

test('kicks that wait get their number when they start, so that none looks like a repetition', () => {
  const ring = startTwoRing({ director_max_parallel_kicks: 1 });
  for (const [at, name] of ['one', 'two', 'three'].entries()) ring.admin(`USER-KICK\\t${name}`, at + 1);
  ring.admin('USER-MOVE\\t300\\t10.2.0.12');
  ring.answerKick();
  ring.answerKick('ipc connect failed');
  ring.answerKick();
  const { right } = ring.heard();
  const first = ring.director.ring.self.lastSeq - 3;
  const fields = right.filter((line) => /^USER-(KICK|MOVE)/.test(line)).map((line) => line.split('\\t'));
  expect(fields.map(([, , , seq, what]) => `${Number(seq) - first} ${what}`)).toEqual([
    '0 one',
    '1 300',
    '2 two',
    '3 three',
  ]);
  expect(ring.replies()).toEqual(['1 OK\n', '2 ipc connect failed\n', '3 OK\n']);
});
