/** The same bytes to Dovecot's login processes and to our login workers, the answers compared byte for byte. */
import { afterAll, beforeAll, test } from 'vitest';
import { compareLogins } from './lib/compare-logins.ts';
import { imapCases } from './lib/login-cases-imap.ts';
import { pop3Cases } from './lib/login-cases-pop3.ts';
import { type LoginPair, startLoginPair } from './lib/login-pair.ts';
import { describeWithDovecot } from './lib/suite.ts';

describeWithDovecot('client bytes to both front ends', () => {
  let pair: LoginPair;
  beforeAll(async () => {
    pair = await startLoginPair();
  });
  afterAll(async () => {
    await pair?.[Symbol.asyncDispose]();
  });

  test.each(imapCases)('IMAP: $name', (one) => compareLogins(pair, 'imap', one));
  test.each(pop3Cases)('POP3: $name', (one) => compareLogins(pair, 'pop3', one));
});
