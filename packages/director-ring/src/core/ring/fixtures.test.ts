/** Replays what real peers and a real director said to each other on a ring: ours says the same. */
import { readFixtures } from '@homing/wire/testing';
import { describe, expect, test } from 'vitest';
import { type Lines, replayRing } from '../../testing/ring-replay.ts';

const nameOf = (path: string): string => path.replace('director-ring/', '');

/** What the script does is not all in its lines: two real directors, the answers to PINGs, a stop. */
const ELSEWHERE = ['real-pair', 'ping', 'left-farther', 'shutdown'];

const ALICE = 'USER\t1669653170\t127.0.0.11';
const SEVEN = 'USER\t7\t127.0.0.13';
const KEPT = 'USER\t100\t127.0.0.11\t1795299970';
const KICK = 'USER-KICK-HASH\t127.1.1.1\t21100\t1\t100\t127.0.0.11';
const HOST = 'HOST\t127.1.1.1\t21100';
const REPLACED = ['QUIT\tReplacing with new incoming connection', '<close>'];

/** What ours says besides, and why. */
const MORE: Readonly<Record<string, Lines>> = {
  // The script did not read on: the other neighbour hears the same, or the next connection of the same peer replaces it.
  'join-incomplete': { 1: REPLACED },
  'peer-host-while-unsynced': { 1: [`${HOST}\t1\t127.0.0.15\t20\tnewtag\tD5\t`] },
  'sync-other-hosts': {
    1: [
      `${HOST}\t1\t127.0.0.11\t100\t\tU0\t`,
      `${HOST}\t2\t127.0.0.12\t100\t\tU0\t`,
      `${HOST}\t3\t127.0.0.13\t100\ttagA\tU0\t`,
      `${HOST}\t4\t127.0.0.14\t100\ttagA\tU0\t`,
    ],
  },
  'user-weak': { 1: [`${ALICE}\t1795300000`], 2: [`${ALICE}\t1795300000`] },
  // Whoever loses a conflict is told (merge-user.ts).
  'user-conflict-changed': { 1: [KICK, KEPT] },
  'user-conflict-kept': { 1: [KICK, KEPT] },
  'handshake-conflict': { 1: REPLACED, 2: [KEPT], 3: [KEPT] },
  // Users of a handshake go on to the others (B2).
  'handshake-users': { 1: [`${SEVEN}\t1795300000`], 2: [`${ALICE}\t1795299880`, `${SEVEN}\t1795300000`] },
  'handshake-users-old': { 2: [`${ALICE}\t1795299880`] },
  'users-sent': { 2: [`${ALICE}\t1795299880`, `${SEVEN}\t1795299910`] },
  'users-sent-old': { 2: [`${ALICE}\t1795299880`, `${SEVEN}\t1795299910`] },
  // What became of a merged backend is told to the peer that named it, too (B3).
  'join-merge': {
    1: REPLACED,
    3: [`${HOST}\t1\t127.0.0.11\t110\t\tU0\t`, `${HOST}\t2\t127.0.0.21\t50\tgold\tD1795200000\tbackend21.example.com`],
  },
};

/** Where ours says something else, and why: connection, the recorded line, ours. */
const INSTEAD: Readonly<Record<string, readonly (readonly [on: number, recorded: string, ours: string])[]>> = {
  // A TAB in the name of a command stays escaped in QUIT.
  'bad-escaped': [[1, 'QUIT\tInvalid input: BO\tGUS', 'QUIT\tInvalid input: BO\x01tGUS']],
  // A user on an unknown backend is skipped (B23), and the script says no more.
  'bad-u-backend': [[1, 'QUIT\tInvalid input: U', 'QUIT\tHandshake timeout']],
  // The tag has its column, so that the state is not read as one (B28).
  'minor-5': [[1, `${HOST}\t1\t127.0.0.15\t50`, `${HOST}\t1\t127.0.0.15\t50\t\tU0\t`]],
  'minor-6': [1, 2].map((on) => [on, `${HOST}\t1\t127.0.0.15\t50\tU0\t`, `${HOST}\t1\t127.0.0.15\t50\t\tU0\t`]),
};

const expectedOf = (name: string, recorded: Lines): Lines => {
  const instead = INSTEAD[name] ?? [];
  const ours = (on: string, line: string): string =>
    instead.find(([where, theirs]) => String(where) === on && theirs === line)?.[2] ?? line;
  return Object.fromEntries(Object.entries(recorded).map(([on, lines]) => [on, lines.map((line) => ours(on, line))]));
};

const fixtures = readFixtures('director-ring').filter(({ name }) => !ELSEWHERE.includes(nameOf(name)));

test('there are fixtures, and whatever is said of one is said of one that there is', () => {
  const names = readFixtures('director-ring').map(({ name }) => nameOf(name));
  expect(names).toEqual(expect.arrayContaining([...ELSEWHERE, ...Object.keys(MORE), ...Object.keys(INSTEAD)]));
});

describe.each(fixtures)('$name', (fixture) => {
  const name = nameOf(fixture.name);
  const may = MORE[name] ?? {};
  test.each([
    ['whole', (bytes: string) => [bytes]],
    ['byte by byte', (bytes: string) => bytes.split('')],
  ])('%s', (_name, cut) => {
    const { ours, recorded, more } = replayRing(fixture, cut, may);
    expect({ ours, more }).toEqual({ ours: expectedOf(name, recorded), more: may });
  });
});
