/** Users of the other directors. Lines and log texts as captured from Dovecot's directors, unless said otherwise. */
import { describe, expect, test } from 'vitest';
import { ip } from '../../testing/ip.ts';
import { greeting, type Neighbour } from '../../testing/ring-core.ts';
import { startTwoRing, type TwoRing } from '../../testing/two-ring.ts';
import { NO_USER } from '../user/user-records.ts';
import { addMember } from './members.ts';

const EXPIRE = 60;
const HASH = 100;

const start = (): TwoRing => startTwoRing({ director_mail_servers: '127.0.0.11 127.0.0.12 127.0.0.13' });

const own = ({ director }: TwoRing): string => `127.0.0.1\\t21100\\t${director.ring.self.lastSeq}`;
const user = (address: string, timestamp: number | '', hash = HASH): string =>
  `USER\\t${hash}\\t${address}${timestamp === '' ? '' : `\\t${timestamp}`}`;

/** `ip age [weak]` */
const known = ({ director, seconds }: TwoRing, hash = HASH): string | undefined => {
  const users = director.hosts.tag('')?.users;
  const id = users?.find(hash, seconds()) ?? NO_USER;
  if (users === undefined || id === NO_USER) return undefined;
  const { host, timestamp } = users.user(id);
  return `${director.hosts.at(host).ip} ${seconds() - timestamp}${users.isWeak(id) ? ' weak' : ''}`;
};

/** A user refreshed `age` seconds ago. */
const put = ({ director, seconds }: TwoRing, address: string, age: number, isWeak = false, hash = HASH): void => {
  const host = director.hosts.find(ip(address));
  if (host === undefined) throw new Error(address);
  const { users } = director.hosts.tagOf(host);
  users.setWeak(users.add(hash, host.slot, seconds() - age), isWeak);
};

const connectThird = (ring: TwoRing): Neighbour => {
  const address = ip('127.0.0.3');
  addMember(ring.director.ring, { ip: address, port: 21_100 });
  const third = ring.connectFrom(address);
  if (third === undefined) throw new Error('refused');
  third.say(...greeting(address, ring.seconds()));
  third.heard();
  return third;
};

// Age of the local user or -1, its host, age told, host told: then.
test.each([
  ['unknown', '', -1, '.12', 5, '.12 5', 'forwarded'],
  ['unknown, of the future', '', -1, '.12', -500, '.12 0', 'forwarded'],
  ['unknown and expired', '', -1, '.12', 60, undefined, ''],
  ['expired, on another host', '.11', 1, '.12', 60, '.11 1', ''],
  ['no news', '.11', 1, '.11', 1, '.11 1', ''],
  ['old news', '.11', 1, '.11', 30, '.11 1', ''],
  ['a refresh', '.11', 30, '.11', 1, '.11 1', 'forwarded'],
  ['of the future', '.11', 30, '.11', -500, '.11 0', 'forwarded'],
  ['ours near its expiry', '.11', 58, '.12', 0, '.12 0', 'forwarded'],
  ['ours near its expiry, refreshed', '.11', 58, '.11', 0, '.11 0', 'forwarded'],
  // Upstream: the lower address wins, with kicks.
  ['theirs near its expiry', '.12', 0, '.11', 58, '.12 0', 'answered'],
  // Upstream: theirs wins, here and there.
  ['both near their expiry', '.11', 58, '.12', 57, '.11 57', 'answered'],
  ['both near their expiry', '.12', 58, '.11', 57, '.11 57', 'forwarded'],
  ['both near their expiry, no news', '.11', 57, '.12', 58, '.11 57', 'answered'],
])('%s: %s %i s ago, told %s %i s ago', (_name, ours, age, theirs, toldAge, result, forwarded) => {
  const ring = start();
  const third = connectThird(ring);
  if (age >= 0) put(ring, `127.0.0${ours}`, age);
  ring.ring.left.say(user(`127.0.0${theirs}`, ring.seconds() - toldAge));
  expect(known(ring)).toBe(result && `127.0.0${result}`);
  const heard = third.heard();
  const [address, nowAge] = known(ring)?.split(' ') ?? [];
  const told = [user(address ?? '', ring.seconds() - Number(nowAge))];
  expect(heard).toEqual(forwarded === '' ? [] : told);
  const answer = forwarded === 'answered' ? told : [];
  expect(ring.heard()).toEqual({ left: answer, right: answer });
  // Upstream: none. Sessions that we have where the user was do not belong there any more.
  const isMoved = age >= 0 && result?.startsWith(ours) === false;
  expect(ring.kicks().map((kick) => 'exceptIp' in kick && kick.exceptIp)).toEqual(isMoved ? [address] : []);
  expect(ring.director.ring.conflicts).toBe(0);
});

describe('without a timestamp, from an old director', () => {
  test.each([
    [16, '127.0.0.11 0'],
    [15, '127.0.0.11 15'],
  ])('a user refreshed %i s ago: %s', (age, result) => {
    const ring = start();
    put(ring, '127.0.0.11', age);
    ring.ring.left.say(user('127.0.0.11', ''));
    expect(known(ring)).toBe(result);
  });
});

describe('two hosts at once', () => {
  const text = 'director(127.0.0.4:21100/left): User hash';
  const facts = ({ seconds }: TwoRing): string => `(old_ts=${seconds()})`;

  test('ours is the lower: theirs are kicked, and they hear again where the user is', () => {
    const ring = start();
    put(ring, '127.0.0.11', 0);
    ring.ring.left.say(user('127.0.0.12', ring.seconds()));
    const told = [`USER-KICK-HASH\\t${own(ring)}\\t100\\t127.0.0.11`, user('127.0.0.11', ring.seconds())];
    expect(ring.heard()).toEqual({ left: told, right: told });
    expect(ring.kicks()).toEqual([{ cmd: 'KICK-DIRECTOR-HASH', hash: HASH, exceptIp: '127.0.0.11' }]);
    expect(known(ring)).toBe('127.0.0.11 0');
    expect(ring.logged).toContain(
      `${text} 100 is being redirected to two hosts: 127.0.0.11 and 127.0.0.12 ${facts(ring)}`,
    );
    expect(ring.director.ring.conflicts).toBe(1);
    ring.answerKick('ipc connect failed');
  });

  test('theirs is the lower: they hear that we agree', () => {
    const ring = start();
    put(ring, '127.0.0.12', 0);
    ring.ring.left.say(user('127.0.0.11', ring.seconds()));
    const told = [`USER-KICK-HASH\\t${own(ring)}\\t100\\t127.0.0.11`, user('127.0.0.11', ring.seconds())];
    expect(ring.heard()).toEqual({ left: told, right: told });
    expect(known(ring)).toBe('127.0.0.11 0');
  });

  test('others hear of it whoever wins', () => {
    const ring = start();
    const third = connectThird(ring);
    put(ring, '127.0.0.11', 0);
    ring.ring.left.say(user('127.0.0.12', ring.seconds()));
    expect(third.heard()).toEqual([
      `USER-KICK-HASH\\t${own(ring)}\\t100\\t127.0.0.11`,
      user('127.0.0.11', ring.seconds()),
    ]);
  });

  test('on a connection over which the ring was never synced, they hear of ours', () => {
    const ring = start();
    const third = connectThird(ring);
    put(ring, '127.0.0.11', 0);
    third.say(user('127.0.0.12', ring.seconds()));
    expect(third.heard()).toContain(user('127.0.0.11', ring.seconds()));
    expect(ring.logged.join('\n')).toContain(`(old_ts=${ring.seconds()},handshaking,recv_ts=${ring.seconds()})`);
  });

  test('while we move the user, ours counts; when it is over, all hear of it', () => {
    const ring = start();
    put(ring, '127.0.0.11', 0);
    ring.admin(`USER-MOVE\\t${HASH}\\t127.0.0.13`);
    ring.heard();
    ring.ring.left.say(user('127.0.0.11', ring.seconds()), user('127.0.0.11', ring.seconds()));
    expect([known(ring), ring.heard()]).toEqual(['127.0.0.13 0', { left: [], right: [] }]);
    ring.answerKick();
    ring.ring.left.say(`USER-KILLED\\t${HASH}`);
    ring.heard();
    ring.wait(2000);
    const told = [user('127.0.0.13', ring.seconds() - 2)];
    expect(ring.heard()).toEqual({ left: told, right: told });
    ring.wait(2000);
    expect(ring.heard()).toEqual({ left: [], right: [] });
  });
});

test('a user of a host that is not here any more', () => {
  const ring = start();
  const third = connectThird(ring);
  ring.ring.left.say(user('127.0.0.99', ring.seconds()));
  expect([third.heard(), ring.ring.left.isClosed()]).toEqual([[], false]);
});

describe('handshake', () => {
  const u = (address: string, timestamp: number, weak = '', hash = HASH): string =>
    `U\\t${hash}\\t${address}\\t${timestamp}${weak}`;
  const merging = ['HOST-HAND-START\\t1', 'HOST-HAND-END\\t1'];

  // Captured: too old is ignored, the future is now, `w` is weak.
  test.each([
    [500, '', undefined],
    [-500, '', '127.0.0.11 0'],
    [5, '\\tw', '127.0.0.11 5 weak'],
  ])('U %i s old%s', (age, weak, result) => {
    const ring = start();
    const third = connectThird(ring);
    third.say(u('127.0.0.11', ring.seconds() - age, weak));
    expect(known(ring)).toBe(result);
  });

  // Upstream tells nobody.
  test('what changed goes on to the others', () => {
    const ring = start();
    const third = connectThird(ring);
    const now = ring.seconds();
    put(ring, '127.0.0.11', 5, false, 1);
    put(ring, '127.0.0.11', 5, false, 2);
    third.say(
      ...merging,
      u('127.0.0.11', now - 9, '', 1),
      u('127.0.0.11', now - 1, '', 2),
      u('127.0.0.12', now - 7, '', 3),
    );
    const told = [user('127.0.0.11', now - 1, 2), user('127.0.0.12', now - 7, 3)];
    expect(ring.heard()).toEqual({ left: told, right: told });
    expect(third.heard()).toEqual([]);
  });

  test('where ours counts, they hear of it as well', () => {
    const ring = start();
    const third = connectThird(ring);
    put(ring, '127.0.0.11', 1);
    third.say(...merging, u('127.0.0.12', ring.seconds() - 58));
    expect(third.heard()).toEqual([user('127.0.0.11', ring.seconds() - 1)]);
    expect(ring.kicks()).toEqual([]);
  });

  test('many go on in pieces, and wait for full connections', () => {
    const ring = start();
    const third = connectThird(ring);
    third.say(...merging, ...Array.from({ length: 2500 }, (_, i) => u('127.0.0.11', ring.seconds(), '', i + 1)));
    expect(ring.ring.left.heard()).toHaveLength(1000);
    ring.wait(10);
    expect(ring.ring.left.heard()).toHaveLength(1000);
    const { left } = ring.director.ring;
    if (left === undefined) throw new Error('no left');
    left.traffic.buffered = 2_000_000;
    ring.wait(1000);
    expect(ring.ring.left.heard().filter((line) => line.startsWith('USER'))).toEqual([]);
    left.traffic.buffered = 0;
    ring.wait(10);
    expect(ring.ring.left.heard().filter((line) => line.startsWith('USER'))).toHaveLength(500);
    expect(ring.director.ring.forwards.queue).toEqual([]);
  });

  test('an unknown backend is left out, and named once', () => {
    const ring = start();
    const third = connectThird(ring);
    third.say(
      ...merging,
      u('127.0.0.99', ring.seconds()),
      u('127.0.0.98', ring.seconds()),
      u('127.0.0.11', ring.seconds()),
    );
    expect([third.isClosed(), known(ring)]).toEqual([false, '127.0.0.11 0']);
    expect(ring.logged.filter((text) => text.includes('unknown host'))).toEqual([
      'director(127.0.0.3:21100/in): USER used unknown host 127.0.0.99 in handshake',
    ]);
  });
});

test('a new left hears of what the one before may have missed', () => {
  const ring = start();
  put(ring, '127.0.0.11', 11, false, 1);
  put(ring, '127.0.0.11', 10, false, 2);
  put(ring, '127.0.0.11', 0, true, 3);
  put(ring, '127.0.0.11', 0, false, 4);
  ring.ring.left.close();
  const left = ring.reachLeft();
  expect(left.heard().filter((line) => line.startsWith('USER'))).toEqual([
    user('127.0.0.11', ring.seconds(), 4),
    user('127.0.0.11', ring.seconds() - 10, 2),
  ]);
});

test('what expires meanwhile is not told', () => {
  const ring = start();
  const third = connectThird(ring);
  third.say(
    'HOST-HAND-START\\t1',
    'HOST-HAND-END\\t1',
    ...Array.from({ length: 1500 }, (_, i) => `U\\t${i + 1}\\t127.0.0.11\\t${ring.seconds() - EXPIRE + 1}`),
  );
  ring.ring.left.heard();
  const { left } = ring.director.ring;
  if (left === undefined) throw new Error('no left');
  left.traffic.buffered = 2_000_000;
  ring.wait(1000);
  left.traffic.buffered = 0;
  ring.wait(1000);
  expect(ring.ring.left.heard().filter((line) => line.startsWith('USER'))).toEqual([]);
});
