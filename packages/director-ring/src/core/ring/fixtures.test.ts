/** Replays what real peers and a real director said to each other on a ring: ours says the same. */
import { readFixtures } from '@homing/wire/testing';
import { describe, expect, test } from 'vitest';
import { replayRing } from '../../testing/ring-replay.ts';

const nameOf = (path: string): string => path.replace('director-ring/', '');

/** What the script does is not all in its lines: two real directors, the answers to PINGs, a stop. */
const ELSEWHERE = ['real-pair', 'ping', 'left-farther', 'shutdown'];

/** Where ours answers otherwise, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'bad-escaped': 'a TAB in the name of a command stays escaped in QUIT',
  'bad-u-backend': 'a user on an unknown backend is skipped (B23)',
  'join-merge': 'what became of a merged backend is told to the peer that named it, too (B3)',
  'minor-5': 'the tag has its column, so that the state is not read as one (B28)',
  'minor-6': 'the tag has its column, so that the state is not read as one (B28)',
};

const fixtures = readFixtures('director-ring').filter(({ name }) => !ELSEWHERE.includes(nameOf(name)));
const alike = fixtures.filter(({ name }) => DIFFERENT[nameOf(name)] === undefined);
const different = fixtures.filter(({ name }) => DIFFERENT[nameOf(name)] !== undefined);

describe.each(alike)('$name', (fixture) => {
  test('whole', () => {
    const { ours, recorded } = replayRing(fixture, (bytes) => [bytes]);
    expect(ours).toEqual(recorded);
  });
  test('byte by byte', () => {
    const { ours, recorded } = replayRing(fixture, (bytes) => bytes.split(''));
    expect(ours).toEqual(recorded);
  });
});

test.each(different)('$name differs on purpose', (fixture) => {
  const { ours, recorded } = replayRing(fixture, (bytes) => [bytes]);
  expect(ours).not.toEqual(recorded);
});
