import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPop3Referral, parsePop3Referral } from './referral.ts';

test.each([
  ['[REFERRAL/u@127.0.0.11:21511] Referral', { user: 'u', host: '127.0.0.11', port: 21_511 }],
  ['[REFERRAL/u%40d@be.example.com]', { user: 'u@d', host: 'be.example.com', port: undefined }],
  ['[REFERRAL/h]', { user: undefined, host: 'h', port: undefined }],
  ['[REFERRAL/@h:1]', { user: undefined, host: 'h', port: 1 }],
  ['[REFERRAL/u@[::1]:110]', { user: 'u', host: '::1', port: 110 }],
])('%j', (text, referral) => {
  expect(parsePop3Referral(text)).toEqual(referral);
});

test.each(['[referral/u@h] x', '[REFERRAL/u@h', '[REFERRAL/]', '[REFERRAL/u@h:0]', '[REFERRAL/%00@h]', '[AUTH] x'])(
  'none: %j',
  (text) => {
    expect(parsePop3Referral(text)).toBeUndefined();
  },
);

test('what is said is understood', () => {
  const user = fc.string({ unit: 'binary', minLength: 1 }).filter((name) => !/[\x00-\x1f\x7f]|[^\x00-\xff]/.test(name));
  const host = fc.constantFrom('127.0.0.1', 'be.example.com', '2001:db8::1');
  fc.assert(
    fc.property(user, host, fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }), (name, at, port) => {
      expect(parsePop3Referral(`${formatPop3Referral(name, at, port)} Referral`)).toEqual({
        user: name,
        host: at,
        port: port === 110 ? undefined : port,
      });
    }),
  );
});
