import { describe, expect, test } from 'vitest';
import { START } from '../../testing/core.ts';
import { ip } from '../../testing/ip.ts';
import { testSettings } from '../../testing/start.ts';
import { type Director, startDirector } from '../director.ts';
import { learnSessions } from '../relearn/learn-sessions.ts';
import { refreshUser } from '../request/refresh-user.ts';
import { requestHost } from '../request/requests.ts';
import { acceptPeer } from '../ring/events.ts';
import { NO_USER } from '../user/user-records.ts';
import { continueRestoring, restoreHosts, restoreUsers, takeStored } from './restore.ts';
import { createRestoredUsers, type RestoredUsers } from './restored-users.ts';

const NOW = START / 1000;
const EXPIRE = testSettings.director_user_expire;
const [ONE, TWO, GONE] = [ip('10.2.0.11'), ip('10.2.0.12'), ip('10.2.0.99')];

const start = (others: readonly string[] = []): Director =>
  startDirector({
    settings: testSettings,
    self: { ip: ip('127.0.0.1'), port: 9090 },
    others: others.map((text) => ({ ip: ip(text), port: 9090 })),
    mailHosts: [ONE, TWO].map((address) => ({ ip: address, hostname: '', tag: '' })),
    isRestart: false,
    hostVariable: () => undefined,
    now: START,
    seed: 1,
  });

type Row = readonly [hash: number, address: string, age: number, tag?: string];

const stored = (...rows: readonly Row[]): RestoredUsers => {
  const users = createRestoredUsers(1);
  for (const [hash, address, age, tag = ''] of rows) {
    const host = users.hostNumber({ ip: ip(address), tag });
    if (host !== undefined) users.put(host, hash, NOW - age);
  }
  return users;
};

/** `ip age`, or nothing. */
const where = ({ hosts }: Director, hash: number): string => {
  const users = hosts.tag('')?.users;
  const id = users?.find(hash, NOW) ?? NO_USER;
  if (users === undefined || id === NO_USER) return '';
  const { host, timestamp } = users.user(id);
  return `${hosts.at(host).ip} ${NOW - timestamp}`;
};
const logged = ({ effects }: Director): string[] =>
  effects.flatMap((effect) => (effect.do === 'log' ? effect.text : []));

describe('without other directors', () => {
  test.each<[string, Row, string]>([
    ['a user keeps its mail host and its age', [1, ONE, 30], `${ONE} 30`],
    ['one who expired meanwhile is forgotten', [1, ONE, EXPIRE], ''],
    ['a mail host that is no more: forgotten', [1, GONE, 0], ''],
    ['a mail host that has another tag now: forgotten', [1, ONE, 0, 'other'], ''],
    ['a clock that was set back: the user is as old as now', [1, TWO, -3600], `${TWO} 0`],
  ])('%s', (_, row, expected) => {
    const director = start();
    restoreUsers(director, stored(row), START);
    expect(where(director, 1)).toBe(expected);
    expect(director.restoring).toBeUndefined();
    expect(logged(director)).toEqual([`Restored ${expected === '' ? 0 : 1} users`]);
  });

  test('mail hosts are as they were', () => {
    const director = start();
    const host = { tag: '', hostname: '', vhosts: 7, isDown: true, updownTime: 5 };
    const before = { ...host, ip: ONE, isDownForHealth: false };
    restoreHosts(director, { configured: [{ ip: ONE, tag: '' }], hosts: [before] });
    expect(director.hosts.all()).toMatchObject([
      { ...host, ip: ONE },
      { ip: TWO, vhosts: 100, isDown: false },
    ]);
    expect(director.initialHosts.all()).toMatchObject([{ ip: ONE, vhosts: 100 }, { ip: TWO }]);
  });
});

describe('in a ring', () => {
  test('nobody is entered before it is known whether the ring was there before', () => {
    const director = start(['127.0.0.2']);
    restoreUsers(director, stored([1, ONE, 30]), START);
    expect(continueRestoring(director, 10, START)).toBe(false);
    expect(takeStored(director, '', 1, START)).toBe(NO_USER);
    expect(where(director, 1)).toBe('');
    expect(director.restoring).toBeDefined();
  });

  test('it was: the users are left to it', () => {
    const director = start(['127.0.0.2']);
    restoreUsers(director, stored([1, ONE, 30]), START);
    director.ring.hasJoined = true;
    expect(continueRestoring(director, 10, START)).toBe(false);
    expect(where(director, 1)).toBe('');
    expect(director.restoring).toBeUndefined();
    expect(logged(director)).toEqual(['Left the stored users to the ring, which knows better']);
  });

  test('it was not: users are entered in slices, but for those who are known already', () => {
    const director = start(['127.0.0.2']);
    restoreUsers(director, stored([1, ONE, 30], [2, ONE, 20], [3, TWO, 10]), START);
    director.ring.state = 'synced';
    const two = director.hosts.find(TWO);
    if (two !== undefined) director.hosts.tagOf(two).users.add(2, two.slot, NOW - 5);
    expect(continueRestoring(director, 2, START)).toBe(true);
    expect([1, 2, 3].map((hash) => where(director, hash))).toEqual([`${ONE} 30`, `${TWO} 5`, '']);
    expect(continueRestoring(director, 2, START)).toBe(false);
    expect(where(director, 3)).toBe(`${TWO} 10`);
    expect(logged(director)).toEqual(['Restored 2 users']);
  });

  test('a login finds the user before his turn, and a session that goes on keeps him young', () => {
    const director = start(['127.0.0.2']);
    const hash = director.userHash('alice');
    if (typeof hash !== 'number') throw new Error('no hash');
    const other = director.hosts.byHash(hash, '')?.ip === ONE ? TWO : ONE;
    restoreUsers(director, stored([hash, other, EXPIRE - 1]), START);
    refreshUser(director, 'alice', START);
    director.ring.state = 'synced';
    expect(requestHost(director, 'alice', '', START + 10_000)).toMatchObject({ result: 'host', host: { ip: other } });
  });

  test('a session elsewhere does not count more than what was stored', () => {
    const director = start(['127.0.0.2']);
    const hash = director.userHash('alice');
    if (typeof hash !== 'number') throw new Error('no hash');
    restoreUsers(director, stored([hash, ONE, 30]), START);
    director.ring.state = 'synced';
    learnSessions(director, [{ username: 'alice', ip: TWO }], START);
    expect(where(director, hash)).toBe(`${ONE} 30`);
    expect(logged(director)).toEqual([`User hash ${hash} has sessions on ${TWO}, but belongs to ${ONE}`]);
  });

  test('the others are told, with the time of the last refresh', () => {
    const director = start(['127.0.0.2']);
    restoreUsers(director, stored([7, ONE, 30]), START);
    director.ring.state = 'synced';
    const sent = withPeer(director);
    continueRestoring(director, 10, START);
    expect(sent()).toEqual([`USER\t7\t${ONE}\t${NOW - 30}\n`]);
  });
});

/** A connection that is handshaked; what was sent over it. */
const withPeer = (director: Director): (() => string[]) => {
  const peer = acceptPeer(director, ip('127.0.0.2'), START);
  if (peer === undefined) throw new Error('refused');
  peer.state = 'handshaked';
  peer.minor = 9;
  director.effects = [];
  return () => director.effects.flatMap((effect) => (effect.do === 'ring-send' ? effect.text : []));
};
