import type { AnvilSession, IpAddress } from '@homing/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kick } from '../effect.ts';
import { type ProxiedSession, proxiedSession } from './proxied-session.ts';
import { createKickIndex, createSessionKick, describeLeft, stepSessionKick } from './session-kick.ts';

const ip = (n: number): IpAddress => `10.2.0.${n}` as IpAddress;

const row = (changed: Partial<AnvilSession> = {}): AnvilSession => ({
  pid: 7,
  user: 'alice',
  service: 'imap-login',
  clientIp: undefined,
  guid: '0'.repeat(32),
  destIp: ip(11),
  values: [],
  ...changed,
});

const session = (changed: Partial<ProxiedSession> = {}): ProxiedSession => ({
  service: 'imap-login',
  pid: 7,
  guid: 'a',
  user: 'alice',
  backendUser: 'alice',
  destIp: ip(11),
  names: new Map(),
  ...changed,
});

describe('sessions of a list', () => {
  test('the name at the backend is the one that we told the login process', () => {
    const fields = ['user_group', 'user_destuser'];
    expect(proxiedSession(row({ values: ['staff', 'al'] }), fields)).toEqual(
      session({
        guid: '0'.repeat(32),
        backendUser: 'al',
        names: new Map([
          ['user_group', 'staff'],
          ['user_destuser', 'al'],
        ]),
      }),
    );
    expect(proxiedSession(row({ values: ['staff'] }), fields)?.backendUser).toBe('alice');
    expect(proxiedSession(row({ values: ['', ''] }), fields)?.backendUser).toBe('alice');
  });

  test.each([
    ['of a backend', { service: 'imap', destIp: undefined }],
    ['of lmtp', { service: 'lmtp' }],
    ['that is logged in here', { destIp: undefined }],
  ])('one %s does not count', (_, changed) => {
    expect(proxiedSession(row(changed), [])).toBeUndefined();
  });
});

/** Hashes are lengths. */
const matching = (kicks: readonly Kick[], found: ProxiedSession): Kick[] =>
  createKickIndex(
    kicks.map((kick) => ({ kick })),
    (name) => name.length,
  )(found).map(({ kick }) => kick);

describe('whom a kick is for', () => {
  const ALT: Kick = { cmd: 'KICK-ALT', field: 'user_group', values: ['staff', 'staff'] };
  test.each<[string, Kick, Partial<ProxiedSession>, boolean]>([
    ['the login name', { cmd: 'KICK', users: ['bob', 'alice'] }, {}, true],
    ['not the name at the backend', { cmd: 'KICK', users: ['alice'] }, { user: 'al' }, false],
    ['the exact name', { cmd: 'KICK', users: ['Alice'] }, {}, false],
    ['a field', ALT, { names: new Map([['user_group', 'staff']]) }, true],
    ['another value', ALT, { names: new Map([['user_group', 'x']]) }, false],
    ['another field', ALT, { names: new Map([['user_alias', 'staff']]) }, false],
    ['the hash', { cmd: 'KICK-DIRECTOR-HASH', hash: 5, exceptIp: undefined }, {}, true],
    ['the hash of the backend name', { cmd: 'KICK-DIRECTOR-HASH', hash: 5, exceptIp: undefined }, { user: 'al' }, true],
    ['another hash', { cmd: 'KICK-DIRECTOR-HASH', hash: 6, exceptIp: undefined }, {}, false],
    ['but those on one host', { cmd: 'KICK-DIRECTOR-HASH', hash: 5, exceptIp: ip(11) }, {}, false],
    ['those on other hosts', { cmd: 'KICK-DIRECTOR-HASH', hash: 5, exceptIp: ip(12) }, {}, true],
  ])('%s', (_, kick, changed, isFor) => {
    expect(matching([kick], session(changed))).toEqual(isFor ? [kick] : []);
  });

  test('the index says what looking at each kick says', () => {
    const kick: fc.Arbitrary<Kick> = fc.oneof(
      fc.record({
        cmd: fc.constant('KICK' as const),
        users: fc.uniqueArray(fc.constantFrom('a', 'bb'), { minLength: 1 }),
      }),
      fc.record({
        cmd: fc.constant('KICK-ALT' as const),
        field: fc.constantFrom('user_x', 'user_y'),
        values: fc.uniqueArray(fc.constantFrom('a', 'bb')),
      }),
      fc.record({
        cmd: fc.constant('KICK-DIRECTOR-HASH' as const),
        hash: fc.constantFrom(1, 2),
        exceptIp: fc.constantFrom(undefined, ip(11), ip(12)),
      }),
    );
    const found = fc.record({
      user: fc.constantFrom('a', 'bb'),
      backendUser: fc.constantFrom('a', 'bb'),
      destIp: fc.constantFrom(ip(11), ip(12)),
      names: fc
        .dictionary(fc.constantFrom('user_x', 'user_y'), fc.constantFrom('a', 'bb'))
        .map((names) => new Map(Object.entries(names))),
    });
    fc.assert(
      fc.property(fc.array(kick), found, (kicks, changed) => {
        const one = session(changed);
        const slow = kicks.filter((each) => matching([each], one).length > 0);
        expect(new Set(matching(kicks, one))).toEqual(new Set(slow));
      }),
    );
  });
});

const HASH: Kick = { cmd: 'KICK-DIRECTOR-HASH', hash: 1, exceptIp: undefined };
const NAME: Kick = { cmd: 'KICK', users: ['alice'] };
const [a, b] = [session({ guid: 'a' }), session({ guid: 'b' })];

describe('list after list', () => {
  const run = (kick: Kick, lists: readonly (readonly ProxiedSession[])[]) => {
    const state = createSessionKick(kick);
    return lists.map((sessions) => stepSessionKick(state, sessions));
  };

  test('told, then gone', () => {
    expect(run(HASH, [[a, b], []])).toEqual([
      { do: 'tell', sessions: [a, b] },
      { do: 'finish', left: [] },
    ]);
  });

  test('nobody was there: a login that was under way has a second', () => {
    expect(run(HASH, [[], [a], []])).toEqual([
      { do: 'tell', sessions: [] },
      { do: 'tell', sessions: [a] },
      { do: 'finish', left: [] },
    ]);
  });

  test('told, and still there', () => {
    expect(run(HASH, [[a, b], [b]])[1]).toEqual({ do: 'finish', left: [b] });
    expect(run(NAME, [[a], [a, b]])[1]).toEqual({ do: 'finish', left: [a] });
  });

  test('by name, clients may come back at once', () => {
    expect(run(NAME, [[a], [b]])[1]).toEqual({ do: 'finish', left: [] });
  });

  test('a user who is let in again and again is given up', () => {
    const steps = run(
      HASH,
      Array.from({ length: 6 }, (_, n) => [session({ guid: String(n) })]),
    );
    expect(steps.map((step) => step.do)).toEqual(['tell', 'tell', 'tell', 'tell', 'finish', 'finish']);
  });
});

test.each([
  [[], new Map(), ''],
  [[a], new Map(), '1 session goes on (imap-login 7 to 10.2.0.11: the process was told and keeps it)'],
  [[a, b], new Map([['a', 'no way']]), '2 sessions go on (imap-login 7 to 10.2.0.11: no way)'],
])('what is left: %#', (left, reasons, text) => {
  expect(describeLeft(left, reasons)).toBe(text);
});
