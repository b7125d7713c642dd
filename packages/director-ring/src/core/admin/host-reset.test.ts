/** Moves of a mail host's users while the ring changes that host. */
import { expect, test } from 'vitest';
import { startTwoRing } from '../../testing/two-ring.ts';

test('a mail host gets another tag while its users are being moved: those of its old tag stay', () => {
  const two = startTwoRing({ director_mail_servers: '127.0.0.11 127.0.0.12' });
  const now = two.seconds();
  const users = Array.from(
    { length: 20 },
    (_, i) => `USER\\t${(i + 1) * 200_000_000}\\t127.0.0.${i % 2 === 0 ? 11 : 12}\\t${now}`,
  );
  two.ring.left.say(...users);
  two.sync();
  expect(two.admin('HOST-RESET-USERS\\t127.0.0.11\\t1')).toBe('wait');
  expect(two.moveStates()).toEqual(['killing']);
  two.ring.left.say('HOST\\t127.0.0.4\\t21100\\t1\\t127.0.0.11\\t100\\tgold\\tU0\\t');
  two.answerKick();
  const { right } = two.heard();
  two.ring.left.say(...right.filter((line) => line.startsWith('USER-KILLED\\t')));
  two.wait(2000);
  expect(two.replies()).toEqual(['1 OK\n']);
  expect(two.director.hosts.tag('')?.users.count()).toBe(11);
});
