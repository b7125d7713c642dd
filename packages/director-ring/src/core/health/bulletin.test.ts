import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ip } from '../../testing/core.ts';
import { type Bulletin, formatBulletin, parseBulletin } from './bulletin.ts';

const vote = (count: number): Bulletin => ({
  tell: 'vote',
  voter: { ip: ip('10.0.0.1'), port: 9090 },
  seconds: 90,
  down: Array.from({ length: count }, (_, i) => ip(`10.2.0.${i}`)),
});

test.each([vote(0), vote(2), vote(60), { tell: 'down', ip: ip('2001:db8::1'), updownTime: 17 } as const])(
  'what is written is read: %j',
  (bulletin) => {
    expect(parseBulletin(formatBulletin(bulletin) ?? '')).toEqual(bulletin);
  },
);

test('too many backends to tell', () => {
  expect(formatBulletin(vote(200))).toBeUndefined();
});

test('anything else means nothing, and does no harm', () => {
  expect(parseBulletin('vote 10.0.0.1 x 90')).toBeUndefined();
  expect(parseBulletin('down 10.0.0.1 -1')).toBeUndefined();
  fc.assert(fc.property(fc.string(), (text) => parseBulletin(text) === undefined || text.length > 4));
});
