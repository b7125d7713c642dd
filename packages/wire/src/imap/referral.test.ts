import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseImapReferral } from './referral.ts';

test.each([
  ['imap://alice;AUTH=*@127.0.0.12:21511/', { user: 'alice', host: '127.0.0.12', port: 21_511 }],
  ['IMAP://jo%40example.com;auth=PLAIN@be.example.com/', { user: 'jo@example.com', host: 'be.example.com' }],
  ['imap://h', { user: undefined, host: 'h' }],
  ['imap://;AUTH=*@h/', { user: undefined, host: 'h' }],
  ['imap://u@[::1]:143/INBOX', { user: 'u', host: '::1', port: 143 }],
])('%j', (url, referral) => {
  expect(parseImapReferral(`[REFERRAL ${url}] Moved`)).toEqual({ port: undefined, ...referral });
  expect(parseImapReferral(`[referral ${url}]`)).toEqual({ port: undefined, ...referral });
});

test.each([
  '[REFERRAL imap://h/ Moved',
  '[REFERRAL imap://h/x y]',
  '[REFERRAL imap://h:0/]',
  '[REFERRAL pop://h/]',
  '[REFERRAL imap:///]',
  '[REFERRAL imap://u%0d@h/]',
  '[REFERRAL imap://u;X=1@h/]',
  '[REFERRAL imap://u;AUTH=@h/]',
  '[UNAVAILABLE] imap://h/]',
  '',
])('none: %j', (text) => {
  expect(parseImapReferral(text)).toBeUndefined();
});

test('no name that could end a line or a field comes out of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (user) => {
      const referral = parseImapReferral(`[REFERRAL imap://${user}@h:1/] x`);
      expect(/[\x00-\x1f\x7f]/.test(referral?.user ?? '')).toBe(false);
    }),
  );
});
