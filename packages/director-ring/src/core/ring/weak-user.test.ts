/** Users of whom the directors have to agree first. Lines as captured from Dovecot's directors, unless said otherwise. */
import { describe, expect, test } from 'vitest';
import { ip } from '../../testing/ip.ts';
import { greeting, type Neighbour } from '../../testing/ring-core.ts';
import { startTwoRing, type TwoRing } from '../../testing/two-ring.ts';
import { NO_USER } from '../user/user-records.ts';
import { addMember } from './members.ts';

const ALICE = 1669653170;

const start = (): TwoRing => startTwoRing({ director_mail_servers: '127.0.0.11 127.0.0.12', director_user_expire: 12 });

const own = ({ director }: TwoRing): string => `127.0.0.1\\t21100\\t${director.ring.self.lastSeq}`;
const weak = (origin: string, host: string, hash = ALICE): string => `USER-WEAK\\t${origin}\\t${hash}\\t${host}`;
const user = (address: string, timestamp: number): string => `USER\\t${ALICE}\\t${address}\\t${timestamp}`;

const known = ({ director, seconds }: TwoRing): string | undefined => {
  const users = director.hosts.tag('')?.users;
  const id = users?.find(ALICE, seconds()) ?? NO_USER;
  if (users === undefined || id === NO_USER) return undefined;
  const { host, timestamp } = users.user(id);
  return `${director.hosts.at(host).ip} ${seconds() - timestamp}${users.isWeak(id) ? ' weak' : ''}`;
};

const answers = ({ effects }: TwoRing): string[] =>
  effects.flatMap((effect) => {
    if (effect.do !== 'answer') return [];
    return effect.answer.result === 'host' ? [effect.answer.host.ip] : [effect.answer.reason ?? ''];
  });

/** Alice is on .12, which takes no new users any more. */
const startStale = (ms: number): TwoRing => {
  const ring = start();
  expect(ring.login('alice')).toBe('127.0.0.12');
  ring.admin('HOST-SET\\t127.0.0.12\\t0');
  ring.heard();
  ring.wait(ms);
  ring.heard();
  return ring;
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

describe('we ask', () => {
  test('it comes back: nobody objected', () => {
    const ring = startStale(10_000);
    expect([ring.login('alice'), ring.login('alice')]).toEqual(['wait', 'wait']);
    const asked = weak(own(ring), '127.0.0.12');
    expect(ring.heard()).toEqual({ left: [asked], right: [asked] });
    ring.ring.left.say(asked);
    expect(answers(ring)).toEqual(['127.0.0.12', '127.0.0.12']);
    const told = user('127.0.0.12', ring.seconds());
    // Of the end, and of each login.
    expect(ring.heard()).toEqual({ left: [told, told, told], right: [told, told, told] });
    ring.ring.right.say(asked);
    expect(ring.heard()).toEqual({ left: [], right: [] });
    ring.wait(13_000);
    expect(ring.login('alice')).toBe('127.0.0.11');
  });

  test('not before 9 of 12 seconds, and not for a user whose hash says the same host', () => {
    expect(startStale(9000).login('alice')).toBe('127.0.0.12');
    const ring = start();
    ring.login('alice');
    ring.wait(10_000);
    expect(ring.login('alice')).toBe('127.0.0.12');
  });

  test('somebody knows better', () => {
    const ring = startStale(10_000);
    ring.login('alice');
    ring.heard();
    ring.ring.left.say(user('127.0.0.11', ring.seconds()));
    expect(answers(ring)).toEqual(['127.0.0.11']);
    expect(known(ring)).toBe('127.0.0.11 0');
    // Upstream: none. The old host may have sessions whose signs of life are late.
    expect(ring.kicks()).toEqual([{ cmd: 'KICK-DIRECTOR-HASH', hash: ALICE, exceptIp: '127.0.0.11' }]);
  });

  test('an administrator moves the user meanwhile: where it was does not matter any more', () => {
    const ring = startStale(10_000);
    ring.login('alice');
    const asked = weak(own(ring), '127.0.0.12');
    ring.heard();
    ring.admin(`USER-MOVE\\t${ALICE}\\t127.0.0.11`);
    ring.answerKick();
    ring.heard();
    ring.ring.left.say(asked);
    expect(known(ring)).toBe('127.0.0.11 0');
    expect(ring.heard()).toEqual({ left: [], right: [] });
    ring.ring.left.say(`USER-KILLED\\t${ALICE}`);
    ring.wait(2000);
    expect(answers(ring)).toEqual(['127.0.0.11']);
  });

  // A Dovecot does not take a move for an answer: its logins would wait for half a minute.
  test('an administrator moves a user that others ask about: they get their answer when the move is over', () => {
    const ring = start();
    ring.ring.left.say(weak('127.0.0.4\\t21100\\t1', '127.0.0.12'));
    ring.admin(`USER-MOVE\\t${ALICE}\\t127.0.0.11`);
    ring.answerKick();
    ring.ring.left.say(`USER-KILLED\\t${ALICE}`);
    ring.heard();
    const answer = user('127.0.0.11', ring.seconds());
    ring.wait(2000);
    expect(ring.heard()).toEqual({ left: [answer], right: [answer] });
  });

  test('two ask at once', () => {
    const ring = startStale(10_000);
    ring.login('alice');
    const ours = weak(own(ring), '127.0.0.12');
    const theirs = weak('127.0.0.4\\t21100\\t7', '127.0.0.12');
    ring.heard();
    ring.ring.left.say(theirs, ours);
    expect(answers(ring)).toEqual(['127.0.0.12']);
    const { left, right } = ring.heard();
    expect(left).not.toContain(theirs);
    expect(right).toContain(theirs);
    ring.ring.left.say(user('127.0.0.12', ring.seconds()));
    expect([known(ring), ring.kicks()]).toEqual(['127.0.0.12 0', []]);
  });

  test('not while the ring is unsynced', () => {
    const ring = startStale(10_000);
    ring.ring.left.say('HOST\\t127.0.0.4\\t21100\\t1\\t127.0.0.13\\t100\\t\\tU0\\t');
    expect(ring.login('alice')).toBe('wait');
    expect(ring.ring.left.heard()).toEqual([]);
    ring.sync();
    expect(ring.heard().left).toEqual([weak(own(ring), '127.0.0.12')]);
  });

  test('nobody is left to ask', () => {
    const ring = startStale(10_000);
    ring.login('alice');
    ring.ring.left.close();
    ring.ring.right.close();
    ring.refuse();
    ring.wait(25_000);
    expect(answers(ring)).toEqual(['127.0.0.12']);
  });
});

// Upstream waits until the login has failed.
describe('it got lost', () => {
  test('asked again after two seconds, with another number', () => {
    const ring = startStale(10_000);
    ring.login('alice');
    const first = own(ring);
    ring.heard();
    ring.wait(1999);
    expect(ring.heard()).toEqual({ left: [], right: [] });
    ring.wait(1);
    expect(own(ring)).not.toBe(first);
    const again = weak(own(ring), '127.0.0.12');
    expect(ring.heard()).toEqual({ left: [again], right: [again] });
    ring.ring.left.say(again);
    expect(answers(ring)).toEqual(['127.0.0.12']);
    ring.heard();
    ring.wait(5000);
    expect(ring.heard()).toEqual({ left: [], right: [] });
  });

  test('one that others asked about: whoever wants to log in sees to the end of it', () => {
    const ring = start();
    ring.ring.left.say(weak('127.0.0.4\\t21100\\t1', '127.0.0.12'));
    ring.heard();
    expect(ring.login('alice')).toBe('wait');
    ring.wait(2000);
    expect(ring.heard().left).toEqual([weak(own(ring), '127.0.0.12')]);
  });

  test('nobody wants to log in: it ends 30 s after its expiry', () => {
    const ring = start();
    ring.ring.left.say(weak('127.0.0.4\\t21100\\t1', '127.0.0.12'));
    ring.wait(41_999);
    expect(known(ring)).toBe('127.0.0.12 41 weak');
    ring.wait(1);
    expect(known(ring)).toBeUndefined();
    expect(ring.logged).toContain(`User ${ALICE} weakness appears to be stuck, removing it`);
  });
});

describe('others ask', () => {
  const theirs = weak('127.0.0.4\\t21100\\t1', '127.0.0.11');

  // Captured.
  test('in a ring of two it goes back over the other connection, and what was seen once more', () => {
    const ring = start();
    ring.ring.left.say(theirs);
    expect(ring.heard()).toEqual({ left: [], right: [theirs] });
    ring.ring.right.say(theirs);
    expect(ring.heard()).toEqual({ left: [theirs], right: [] });
    expect(known(ring)).toBe('127.0.0.11 0 weak');
  });

  test('but not for ever', () => {
    const ring = start();
    ring.ring.left.say(...Array.from({ length: 20 }, () => theirs));
    expect(ring.heard().right).toHaveLength(5);
  });

  test('an old one takes their host, a recent one stays and they hear of it', () => {
    const ring = start();
    ring.login('alice');
    ring.wait(6000);
    ring.heard();
    ring.ring.left.say(theirs);
    const told = user('127.0.0.12', ring.seconds());
    expect(ring.heard()).toEqual({ left: [told], right: [told] });
    ring.wait(7000);
    ring.heard();
    const next = weak('127.0.0.4\\t21100\\t2', '127.0.0.11');
    ring.ring.left.say(next);
    expect(ring.heard()).toEqual({ left: [], right: [next] });
    expect(known(ring)).toBe('127.0.0.11 0 weak');
    const other = weak('127.0.0.4\\t21100\\t3', '127.0.0.12');
    ring.ring.left.say(other);
    expect([ring.heard().right, known(ring)]).toEqual([[other], '127.0.0.12 0 weak']);
  });

  test('about a host that we do not have', () => {
    const ring = start();
    ring.ring.left.say(weak('127.0.0.4\\t21100\\t1', '127.0.0.99'));
    expect(ring.heard()).toEqual({ left: [], right: [] });
  });
});

// A real director in a ring of two aborts on the line, on such a connection.
test('a connection over which the ring was never synced hears no USER-WEAK, and ours may come from there', () => {
  const ring = startStale(10_000);
  const third = connectThird(ring);
  ring.login('alice');
  ring.ring.left.say(weak('127.0.0.4\\t21100\\t1', '127.0.0.11', 777));
  expect(third.heard()).toEqual([]);
  ring.heard();
  const theirs = weak('127.0.0.3\\t21100\\t1', '127.0.0.11', 888);
  third.say(theirs);
  expect([ring.heard(), third.isClosed()]).toEqual([{ left: [theirs], right: [theirs] }, false]);
});

test('a weak user of a handshake: if nobody ends it, we do', () => {
  const ring = start();
  const third = connectThird(ring);
  third.say('HOST-HAND-START\\t1', 'HOST-HAND-END\\t1', `U\\t${ALICE}\\t127.0.0.12\\t${ring.seconds()}\\tw`);
  expect(ring.heard()).toEqual({ left: [], right: [] });
  ring.wait(2000);
  const asked = weak(own(ring), '127.0.0.12');
  expect([ring.heard(), third.heard()]).toEqual([{ left: [asked], right: [asked] }, []]);
});
