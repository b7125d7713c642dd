/** Admin commands that the ring has to agree on. Lines and replies as captured from Dovecot's directors. */
import { expect, test } from 'vitest';
import { startTwoRing, type TwoRing } from '../../testing/two-ring.ts';

const own = ({ director }: TwoRing): string => `127.0.0.1\\t21100\\t${director.ring.self.lastSeq}`;

/** PINGs are answered, our SYNC does not come back. */
const wait = (two: TwoRing, seconds: number): void => {
  for (let left = seconds; left > 0; left--) {
    two.wait(1000);
    two.ring.left.say('PONG');
    two.ring.right.say('PONG');
  }
};

const vhosts = ({ director }: TwoRing): string[] => director.hosts.all().map((host) => `${host.ip} ${host.vhosts}`);

test.each([
  ['HOST-SET\\t10.2.0.15\\t50', 'HOST\\t%\\t10.2.0.15\\t50\\t\\tU0\\t'],
  ['HOST-SET\\t10.2.0.16@tagA', 'HOST\\t%\\t10.2.0.16\\t100\\ttagA\\tU0\\t'],
  ['HOST-SET\\t10.2.0.11', 'HOST\\t%\\t10.2.0.11\\t100\\t\\tU0\\t'],
  ['HOST-UPDATE\\t10.2.0.11\\t60', 'HOST\\t%\\t10.2.0.11\\t60\\t\\tU0\\t'],
  ['HOST-DOWN\\t10.2.0.11', 'HOST\\t%\\t10.2.0.11\\t100\\t\\tD1795307000\\t'],
  ['HOST-FLUSH\\t10.2.0.11', 'HOST-FLUSH\\t%\\t10.2.0.11'],
  ['HOST-REMOVE\\t10.2.0.11', 'HOST-REMOVE\\t%\\t10.2.0.11'],
])('%s is told to both sides, and OK comes with our SYNC', (command, line) => {
  const ring = startTwoRing();
  expect(ring.admin(command)).toBe('wait');
  expect(ring.replies()).toEqual([]);
  const told = line.replace('%', own(ring));
  expect(ring.heard()).toEqual({ left: [told], right: [told] });
  expect(ring.replies()).toEqual(['1 OK\n']);
});

test.each([
  ['HOST-UPDATE\\t10.2.0.99\\t60', 'NOTFOUND\n'],
  ['HOST-DOWN\\t10.2.0.99', 'NOTFOUND\n'],
  ['HOST-REMOVE\\t10.2.0.99', 'NOTFOUND\n'],
  ['HOST-FLUSH\\t10.2.0.99', 'NOTFOUND\n'],
  ['HOST-RESET-USERS\\t10.2.0.99', 'NOTFOUND\n'],
  ['DIRECTOR-REMOVE\\t127.0.0.99', 'NOTFOUND\n'],
  ['HOST-SET\\t10.2.0.15\\t1001', 'vhost count too large\n'],
  ['HOST-SET\\t10.2.0.11@other\\t10', "host tag can't be changed\n"],
  ['HOST-UP\\t10.2.0.11', 'OK\n'],
  ['DIRECTOR-ADD\\t127.0.0.4', 'OK\n'],
])('%s changes nothing and is answered at once', (command, reply) => {
  const ring = startTwoRing();
  expect(ring.admin(command)).toBe(reply);
  expect(ring.heard()).toEqual({ left: [], right: [] });
});

test('HOST-FLUSH of all backends is answered at once', () => {
  const ring = startTwoRing();
  expect(ring.admin('HOST-FLUSH')).toBe('OK\n');
  expect(ring.heard().left.map((line) => line.split('\\t').at(-1))).toEqual(['10.2.0.11', '10.2.0.12', '10.2.0.13']);
});

test('alone nothing waits', () => {
  const ring = startTwoRing();
  ring.ring.left.close();
  ring.ring.right.close();
  ring.wait(1000);
  ring.refuse();
  expect(ring.admin('HOST-SET\\t10.2.0.15')).toBe('OK\n');
});

test('a ring that never syncs: the first change is made, later ones are not, and lists are answered', () => {
  const ring = startTwoRing();
  expect(ring.admin('HOST-SET\\t10.2.0.11\\t50', 1)).toBe('wait');
  ring.wait(300);
  expect(ring.admin('HOST-SET\\t10.2.0.11\\t60', 2)).toBe('wait');
  expect(ring.admin('HOST-LIST', 3)).toMatch(/^10\.2\.0\.11\t50\t/);
  expect(ring.admin('DIRECTOR-ADD\\t127.0.0.9', 4)).toBe('wait');
  wait(ring, 29);
  expect(ring.replies()).toEqual([]);
  ring.wait(700);
  expect(ring.replies()).toEqual(['1 Ring sync timed out\n']);
  ring.wait(300);
  const late = ['2 Ring sync timed out\n', '4 Ring sync timed out\n'];
  expect(ring.replies().slice(1)).toEqual(late);
  expect(vhosts(ring)[0]).toBe('10.2.0.11 50');
  expect(ring.director.ring.members).toHaveLength(2);
  // A real director dies of this one.
  expect(ring.admin('HOST-SET\\t10.2.0.12\\t50', 1)).toBe('wait');
  ring.sync();
  expect(ring.replies()).toHaveLength(3);
  ring.sync();
  expect(ring.replies().slice(3)).toEqual(['1 OK\n']);
  expect(vhosts(ring).slice(0, 2)).toEqual(['10.2.0.11 50', '10.2.0.12 50']);
});

test('changes that wait are made one after the other, each when the one before has been round', () => {
  const ring = startTwoRing();
  for (const session of [1, 2, 3]) expect(ring.admin(`HOST-SET\\t10.2.0.11\\t${session}`, session)).toBe('wait');
  expect(vhosts(ring)[0]).toBe('10.2.0.11 1');
  for (const session of [1, 2, 3]) {
    ring.sync();
    expect(ring.replies().at(-1)).toBe(`${session} OK\n`);
    expect(vhosts(ring)[0]).toBe(`10.2.0.11 ${Math.min(session + 1, 3)}`);
  }
});

test('a change by another director of a backend that is being changed: not twice at once', () => {
  const ring = startTwoRing();
  const host = ring.director.hosts.all()[0];
  if (host === undefined) throw new Error('no backend');
  // Only while it is desynced and the ring is synced, which no sequence of lines brings about.
  host.isDesynced = true;
  const reply = 'host is already being updated - try again later\n';
  expect(ring.admin('HOST-SET\\t10.2.0.11\\t50')).toBe(reply);
  expect(ring.admin('HOST-DOWN\\t10.2.0.11')).toBe(reply);
});

test('users are not reset any further while the ring is not synced', () => {
  const ring = startTwoRing({ director_max_parallel_moves: 1 });
  for (let i = 0; i < 20; i++) ring.login(`user${i}`);
  ring.admin('HOST-DOWN\\t10.2.0.11');
  ring.sync();
  ring.heard();
  expect(ring.admin('HOST-RESET-USERS\\t10.2.0.11')).toBe('wait');
  ring.answerKick();
  const [token] = ring.heard().right.filter((line) => line.startsWith('USER-KILLED\\t'));
  ring.admin('HOST-SET\\t10.2.0.12\\t50', 2);
  ring.ring.left.say(token ?? '');
  ring.wait(2000);
  expect(ring.kicks()).toHaveLength(1);
  ring.sync();
  expect(ring.kicks()).toHaveLength(2);
});

test('users without a backend left are dropped here, and forgotten everywhere', () => {
  const ring = startTwoRing({ director_mail_servers: '10.2.0.11' });
  for (const name of ['u1', 'u2', 'u3']) ring.login(name);
  ring.admin('HOST-DOWN\\t10.2.0.11');
  ring.sync();
  ring.heard();
  ring.admin('HOST-RESET-USERS');
  expect(ring.kicks()).toHaveLength(3);
  expect(ring.replies().at(-1)).toBe('1 OK\n');
  const flush = `HOST-FLUSH\\t${own(ring)}\\t10.2.0.11`;
  expect(ring.heard()).toEqual({ left: [flush], right: [flush] });
  expect(ring.director.hosts.tag('')?.users.count()).toBe(0);
});

test('directors are added and removed', () => {
  const ring = startTwoRing();
  expect(ring.admin('DIRECTOR-ADD\\t127.0.0.3')).toBe('OK\n');
  expect(ring.heard().left).toEqual(['DIRECTOR\\t127.0.0.3\\t21100']);
  expect(ring.admin('DIRECTOR-REMOVE\\t127.0.0.3')).toBe('wait');
  expect(ring.heard().left).toEqual(['DIRECTOR-REMOVE\\t127.0.0.3\\t21100']);
  expect(ring.replies()).toEqual(['1 OK\n']);
});

test('a move to where the user is already refreshes it everywhere', () => {
  const ring = startTwoRing();
  ring.login('alice');
  ring.heard();
  ring.wait(5000);
  expect(ring.admin('USER-MOVE\\talice\\t10.2.0.11')).toBe('OK\n');
  const line = `USER\\t1669653170\\t10.2.0.11\\t${ring.seconds()}`;
  expect(ring.heard()).toEqual({ left: [line], right: [line] });
});

test('a weak user may be elsewhere: it is moved to where it is, too', () => {
  const ring = startTwoRing();
  ring.ring.left.say('USER-WEAK\\t127.0.0.4\\t21100\\t1\\t1669653170\\t10.2.0.11');
  ring.heard();
  expect(ring.login('alice')).toBe('wait');
  expect(ring.admin('USER-MOVE\\talice\\t10.2.0.11')).toBe('OK\n');
  const move = `USER-MOVE\\t127.0.0.1\\t21100\\t${ring.director.ring.self.lastSeq}\\t1669653170\\t10.2.0.11`;
  expect(ring.heard().left).toEqual([move]);
  expect([ring.login('alice'), ring.admin('USER-MOVE\\talice\\t10.2.0.11')]).toEqual(['wait', 'TRYAGAIN\n']);
  ring.ring.left.say('USER-KILLED\\t1669653170');
  ring.wait(2000);
  expect(ring.login('alice')).toBe('10.2.0.11');
});
