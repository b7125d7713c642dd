import { parseIpAddress } from '@homing/wire';
import { expect, test } from 'vitest';
import { createRing } from './create-ring.ts';
import { findMember, isNearerLeft, isNearerRight, membersToTheRight } from './members.ts';

const host = (text: string) => {
  const ip = parseIpAddress(text);
  if (ip === undefined) throw new Error(text);
  return { ip, port: 9090 };
};

const ringOf = (self: string, ...others: string[]) => createRing(host(self), others.map(host), 0);

test.each([
  ['10.0.0.2', ['10.0.0.1', '10.0.0.3', '10.0.0.10'], ['10.0.0.3', '10.0.0.10', '10.0.0.1']],
  ['10.0.0.1', ['10.0.0.1', '10.0.0.2', '10.0.0.2'], ['10.0.0.2']],
  ['2001:db8::2', ['2001:db8::1'], ['2001:db8::1']],
  ['10.0.0.1', [], []],
])('%s with %j has on its right %j', (self, others, right) => {
  expect(membersToTheRight(ringOf(self, ...others)).map(({ ip }) => ip)).toEqual(right);
});

test('alone a ring is synced from the start', () => {
  expect(ringOf('10.0.0.1').state).toBe('synced');
  expect(ringOf('10.0.0.1', '10.0.0.2').state).toBe('handshaking');
});

test('who is nearer', () => {
  const ring = ringOf('10.0.0.2', '10.0.0.1', '10.0.0.3');
  const [one, three] = [host('10.0.0.1'), host('10.0.0.3')].map((at) => findMember(ring, at));
  if (one === undefined || three === undefined) throw new Error('not found');
  expect([isNearerRight(ring, three, one), isNearerRight(ring, one, three)]).toEqual([true, false]);
  expect([isNearerLeft(ring, three, one), isNearerLeft(ring, one, three)]).toEqual([false, true]);
});
