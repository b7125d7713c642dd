/** Backends of the other directors. Lines and log texts as captured from Dovecot's directors, unless said otherwise. */
import { describe, expect, test } from 'vitest';
import { ip } from '../../testing/ip.ts';
import { greeting, type Neighbour } from '../../testing/ring-core.ts';
import { startTwoRing, type TwoRing } from '../../testing/two-ring.ts';
import { addMember } from './members.ts';

const start = (): TwoRing => startTwoRing({ director_mail_servers: '127.0.0.11 127.0.0.12' });

let seq = 0;
/** An update by the neighbour, newer than all before. */
const update = (host: string): string => `HOST\\t127.0.0.4\\t21100\\t${++seq}\\t${host}`;
const own = ({ director }: TwoRing): string => `127.0.0.1\\t21100\\t${director.ring.self.lastSeq}`;

const hosts = ({ director }: TwoRing): string[] =>
  director.hosts.all().map(({ ip: address, vhosts, tag, isDown, updownTime, hostname }) => {
    return [address, vhosts, tag, `${isDown ? 'D' : 'U'}${updownTime}`, hostname].join(' ');
  });

const heardHosts = (neighbour: Neighbour): string[] => neighbour.heard().filter((line) => line.startsWith('HOST'));

/** Whoever came in after the ring was synced. */
const connectThird = (ring: TwoRing): Neighbour => {
  const address = ip('127.0.0.3');
  addMember(ring.director.ring, { ip: address, port: 21_100 });
  const third = ring.connectFrom(address);
  if (third === undefined) throw new Error('refused');
  third.say(...greeting(address, ring.seconds()));
  third.heard();
  return third;
};

test('a change is not cut down for a connection that has not told its version yet', () => {
  const ring = startTwoRing({ director_mail_servers: '127.0.0.11@gold' });
  addMember(ring.director.ring, { ip: ip('127.0.0.3'), port: 21_100 });
  const third = ring.connectFrom('127.0.0.3');
  third?.heard();
  ring.admin('HOST-DOWN\\t127.0.0.11');
  expect(third?.heard()).toEqual([`HOST\\t${own(ring)}\\t127.0.0.11\\t100\\tgold\\tD${ring.seconds()}\\t`]);
});

test('a change made up in our name, with the last number there is, does not silence us', () => {
  const ring = start();
  ring.ring.left.say('HOST\\t127.0.0.1\\t21100\\t4294967295\\t127.0.0.11\\t50\\t\\tU0\\t');
  ring.sync();
  ring.heard();
  ring.admin('HOST-SET\\t127.0.0.11\\t60');
  expect(ring.heard().right).toEqual([
    'DIRECTOR\\t127.0.0.1\\t21100',
    'HOST\\t127.0.0.1\\t21100\\t1\\t127.0.0.11\\t60\\t\\tU0\\t',
  ]);
});

describe('what was captured', () => {
  test('a new backend, then two changes of which the first has not been round the ring', () => {
    const ring = start();
    ring.ring.left.say(update('127.0.0.15\\t10\\t\\tU0\\tbackend15.example.com'));
    const { left, right } = ring.heard();
    expect([left, right]).toEqual([[], []]);
    expect(hosts(ring)).toContain('127.0.0.15 10  U0 backend15.example.com');
    ring.ring.left.say(update('127.0.0.15\\t20\\t\\tU0\\tbackend15.example.com'));
    ring.ring.left.say(update('127.0.0.15\\t30\\tnewtag\\tD5\\tother'));
    const merged = `HOST\\t${own(ring)}\\t127.0.0.15\\t20\\tnewtag\\tD5\\tbackend15.example.com`;
    expect(heardHosts(ring.ring.left)).toEqual([merged]);
    expect(heardHosts(ring.ring.right)).toEqual([merged]);
    expect(ring.logged).toContain(
      'director(127.0.0.4:21100/left): Host 127.0.0.15 is being updated before previous update had finished ' +
        '(up -> down, vhosts 20 -> 30) - setting to state=down vhosts=20',
    );
    expect(ring.logged).toContain("director(127.0.0.4:21100/left): Host 127.0.0.15 changed tag from '' to 'newtag'");
  });

  test('a change is passed on as its originator numbered it, and once', () => {
    const ring = start();
    const third = connectThird(ring);
    const line = update('127.0.0.11\\t50\\t\\tU0\\t');
    ring.ring.left.say(line, line);
    ring.ring.right.say(line);
    expect(heardHosts(third)).toEqual([line]);
    expect(ring.logged).toContain('director(127.0.0.4:21100/left): Host 127.0.0.11 vhost count changed from 100 to 50');
  });

  test('what changes nothing goes nowhere', () => {
    const ring = start();
    const third = connectThird(ring);
    ring.ring.left.say(update('127.0.0.11\\t100\\t\\tU99\\thost'));
    expect([third.heard(), ring.heard()]).toEqual([[], { left: [], right: [] }]);
    expect(hosts(ring)).toContain('127.0.0.11 100  U0 ');
  });

  test('a change by somebody unknown becomes ours', () => {
    const ring = start();
    ring.ring.left.say('HOST\\t127.0.0.66\\t21100\\t1\\t127.0.0.11\\t50\\t\\tU0\\t');
    expect(hosts(ring)).toContain('127.0.0.11 50  U0 ');
    const third = connectThird(ring);
    ring.ring.left.say('HOST\\t127.0.0.66\\t21100\\t1\\t127.0.0.12\\t50\\t\\tU0\\t');
    expect(heardHosts(third)).toEqual([`HOST\\t${own(ring)}\\t127.0.0.12\\t50\\t\\tU0\\t`]);
  });

  test('up and down', () => {
    const ring = start();
    ring.ring.left.say(update('127.0.0.11\\t100\\t\\tD1795307267\\t'));
    ring.heard();
    ring.ring.left.say(update('127.0.0.11\\t100\\t\\tU1795307269\\t'));
    const peer = 'director(127.0.0.4:21100/left): ';
    expect(ring.logged).toContain(`${peer}Host 127.0.0.11 changed down (vhost_count=100 last_updown_change=0)`);
    expect(ring.logged).toContain(`${peer}Host 127.0.0.11 changed up (vhost_count=100 last_updown_change=1795307267)`);
    expect(hosts(ring)).toContain('127.0.0.11 100  U1795307269 ');
  });

  test('HOST-FLUSH and HOST-REMOVE: passed on, once, and the users are forgotten', () => {
    const ring = start();
    const third = connectThird(ring);
    expect(ring.login('alice')).toBe('127.0.0.12');
    third.heard();
    const flush = `HOST-FLUSH\\t127.0.0.4\\t21100\\t${++seq}\\t127.0.0.12`;
    ring.ring.left.say(flush, flush);
    expect(heardHosts(third)).toEqual([flush]);
    expect(ring.director.hosts.tag('')?.users.count()).toBe(0);
    const remove = `HOST-REMOVE\\t127.0.0.4\\t21100\\t${++seq}\\t127.0.0.12`;
    ring.ring.left.say(remove, remove, `HOST-REMOVE\\t127.0.0.4\\t21100\\t${++seq}\\t127.0.0.39`);
    expect(heardHosts(third)).toEqual([remove]);
    expect(hosts(ring)).toEqual(['127.0.0.11 100  U0 ']);
  });
});

test('another tag: the users are forgotten', () => {
  const ring = start();
  ring.login('alice');
  ring.ring.left.say(update('127.0.0.12\\t100\\tblue\\tU0\\t'));
  expect([...ring.director.hosts.tags()].map(({ name, users }) => [name, users.count()])).toEqual([
    ['', 0],
    ['blue', 0],
  ]);
  ring.heard();
  expect(ring.login('alice')).toBe('127.0.0.11');
});

// Upstream decides neither equal times nor tags, and so may go on for ever.
test.each([
  ['100  D7 ', '60\\t\\tU7\\t', '60  D7 ', 'the same time: down'],
  ['100  U7 ', '60\\t\\tD7\\t', '60  D7 ', 'the same time: down'],
  ['100  D7 ', '120\\t\\tU6\\t', '100  D7 ', 'ours is newer'],
  ['100  D7 ', '120\\t\\tU8\\t', '100  U8 ', 'theirs is newer'],
  ['100 b U0 ', '100\\ta\\tU0\\t', '100 b U0 ', 'the later tag'],
  ['100 a U0 ', '100\\tb\\tU0\\t', '100 b U0 ', 'the later tag'],
])('ours just changed to %s, theirs to %s: %s (%s)', (ours, theirs, result) => {
  const ring = start();
  const [vhosts, tag, updown] = ours.split(' ');
  ring.ring.left.say(update(`127.0.0.15\\t${vhosts}\\t${tag}\\t${updown}\\t`), update(`127.0.0.15\\t${theirs}`));
  expect(hosts(ring)).toContain(`127.0.0.15 ${result}`);
  const told = `HOST\\t${own(ring)}\\t127.0.0.15\\t${result.replaceAll(' ', '\\t')}`;
  expect([heardHosts(ring.ring.left), heardHosts(ring.ring.right)]).toEqual([[told], [told]]);
});

describe('host lists', () => {
  const list = (...rows: string[]): string[] => [
    'HOST-HAND-START\\t1',
    ...rows.map((row) => `HOST\\t${row}`),
    'HOST-HAND-END\\t1',
  ];

  test('rings merge: the newer state wins, the other values are those of the one who connects', () => {
    const ring = start();
    ring.ring.left.say(update('127.0.0.12\\t100\\t\\tD1795307200\\t'));
    ring.heard();
    const third = connectThird(ring);
    third.say(
      ...list('127.0.0.11\\t70\\t\\tU0\\t', '127.0.0.12\\t80\\t\\tU1795307100\\t', '127.0.0.13\\t5\\t\\tD9\\tname'),
    );
    expect(hosts(ring)).toEqual(['127.0.0.11 70  U0 ', '127.0.0.12 80  D1795307200 ', '127.0.0.13 5  D9 name']);
    const told = (last: number, row: string): string => {
      return `HOST\\t127.0.0.1\\t21100\\t${ring.director.ring.self.lastSeq - last}\\t${row}`;
    };
    const rows = [
      told(2, '127.0.0.11\\t70\\t\\tU0\\t'),
      told(1, '127.0.0.12\\t80\\t\\tD1795307200\\t'),
      told(0, '127.0.0.13\\t5\\t\\tD9\\tname'),
    ];
    for (const neighbour of [ring.ring.left, ring.ring.right, third]) expect(heardHosts(neighbour)).toEqual(rows);
  });

  test('two lists that cross: both sides come to the same', () => {
    const sides = [start(), start()].map((ring) => ({ ring, third: connectThird(ring) }));
    const [a, b] = sides;
    if (a === undefined || b === undefined) throw new Error('two');
    a.third.say(...list('127.0.0.15\\t60\\t\\tD5\\t'));
    b.third.say(...list('127.0.0.15\\t50\\t\\tU5\\t'));
    a.third.heard();
    b.third.heard();
    // As if each had said it itself.
    a.third.say(`HOST\\t127.0.0.3\\t21100\\t1\\t127.0.0.15\\t50\\t\\tU5\\t`);
    b.third.say(`HOST\\t127.0.0.3\\t21100\\t1\\t127.0.0.15\\t60\\t\\tD5\\t`);
    expect(hosts(a.ring)).toEqual(hosts(b.ring));
    expect(hosts(a.ring)).toContain('127.0.0.15 50  D5 ');
  });

  test('until the ring was synced with a neighbour, its updates are merged too', () => {
    const ring = start();
    ring.ring.left.say(update('127.0.0.12\\t100\\t\\tD1795307200\\t'));
    ring.heard();
    const third = connectThird(ring);
    third.say('HOST\\t127.0.0.3\\t21100\\t1\\t127.0.0.12\\t40\\t\\tU0\\t');
    expect(hosts(ring)).toContain('127.0.0.12 40  D1795307200 ');
    expect(heardHosts(third)).toEqual([`HOST\\t${own(ring)}\\t127.0.0.12\\t40\\t\\tD1795307200\\t`]);
  });
});

test('a director that has other backends, and says so twice, hears of ours', () => {
  const ring = start();
  const theirs = (number: number): string => `SYNC\\t127.0.0.4\\t21100\\t${number}\\t9\\t${ring.seconds()}\\t12345`;
  ring.ring.left.say(theirs(3));
  expect(ring.heard()).toEqual({ left: [], right: [] });
  ring.ring.left.say(theirs(4));
  const told = (last: number, row: string): string =>
    `HOST\\t127.0.0.1\\t21100\\t${ring.director.ring.self.lastSeq - last}\\t${row}\\t100\\t\\tU0\\t`;
  const rows = [told(1, '127.0.0.11'), told(0, '127.0.0.12')];
  expect(heardHosts(ring.ring.left)).toEqual(rows);
  // Ours is to come back too, or they will tell us of theirs.
  const right = ring.ring.right.heard();
  expect(right.slice(0, 2)).toEqual(rows);
  expect(right[2]).toMatch(/^SYNC\\t127\.0\.0\.1\\t/);
  ring.ring.left.say(theirs(5), theirs(6));
  expect(heardHosts(ring.ring.left)).toEqual([]);
  ring.wait(1000);
  ring.ring.left.say(theirs(7));
  expect(heardHosts(ring.ring.left)).toHaveLength(2);
});

describe('limits', () => {
  test.each([
    ['127.0.0.11\\t10001\\t\\tU0\\t', 'Too large vhost count'],
    [`127.0.0.11\\t1\\t${'t'.repeat(256)}\\tU0\\t`, 'Invalid tag'],
  ])('%s', (row, text) => {
    const ring = start();
    ring.ring.left.say(update(row));
    expect(ring.ring.left.isClosed()).toBe(true);
    expect(ring.logged.join('\n')).toContain(text);
  });

  test('a thousand tags in all, of which those that are gone count too', () => {
    const ring = start();
    for (let i = 1; i < 1000; i++) {
      ring.ring.left.say(update(`127.0.0.15\\t1\\ttag${i}\\tU0\\t`));
      ring.ring.left.say(`HOST-REMOVE\\t127.0.0.4\\t21100\\t${++seq}\\t127.0.0.15`);
    }
    expect(ring.ring.left.isClosed()).toBe(false);
    ring.ring.left.say(update('127.0.0.15\\t1\\tzzz\\tU0\\t'));
    expect(ring.ring.left.isClosed()).toBe(true);
    expect(ring.logged.join('\n')).toContain('Too many tags');
  });

  test('a million vhosts in all', () => {
    const ring = start();
    for (let i = 1; i <= 99; i++) ring.ring.left.say(update(`127.0.1.${i}\\t10000\\t\\tU0\\t`));
    expect(ring.ring.left.isClosed()).toBe(false);
    ring.ring.left.say(update('127.0.1.100\\t10000\\t\\tU0\\t'));
    expect(ring.ring.left.isClosed()).toBe(true);
    expect(ring.logged.join('\n')).toContain('Too many vhosts');
  });
});

test('with a director that knows no tags a tagged backend goes', () => {
  const ring = start();
  ring.director.ring.minMinor = 6;
  expect(ring.admin('HOST-SET\\t127.0.0.15@blue')).not.toBe('');
  expect(ring.director.hosts.find(ip('127.0.0.15'))).toBeUndefined();
  expect(ring.logged).toContain(
    "Ring has directors that support mixed versions of tags - removing host 127.0.0.15 with tag 'blue'",
  );
});
