import { expect, test } from 'vitest';
import type { Kick } from '../core/effect.ts';
import { allKickers, type Finished, type Kicker } from './kicker.ts';

const KICK: Kick = { cmd: 'KICK', users: ['alice'] };

const scripted = () => {
  const asked: Finished[] = [];
  const kicker: Kicker & { isClosed: boolean } = {
    isClosed: false,
    kick: (_, finished) => void asked.push(finished),
    close() {
      kicker.isClosed = true;
    },
  };
  return { kicker, asked };
};

test.each([
  [[undefined, undefined], undefined],
  [['ipc connect failed', undefined], 'ipc connect failed'],
  [['Disconnected', 'anvil: Disconnected'], 'Disconnected; anvil: Disconnected'],
])('a kick of %j has failed with %j', (failures, failure) => {
  const both = [scripted(), scripted()];
  const finished: (string | undefined)[] = [];
  allKickers(both.map(({ kicker }) => kicker)).kick(KICK, (why) => finished.push(why));
  both[0]?.asked[0]?.(failures[0]);
  expect(finished).toEqual([]);
  both[1]?.asked[0]?.(failures[1]);
  expect(finished).toEqual([failure]);
});

test('all are closed', () => {
  const both = [scripted(), scripted()];
  allKickers(both.map(({ kicker }) => kicker)).close();
  expect(both.map(({ kicker }) => kicker.isClosed)).toEqual([true, true]);
});
