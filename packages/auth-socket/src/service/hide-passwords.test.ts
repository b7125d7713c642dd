import { expect, test } from 'vitest';
import { hideCookie, hidePasswords, hideResponse } from './hide-passwords.ts';

test.each([
  ['OK\t1\tuser=a\tpass=x=y\tproxy', 'OK\t1\tuser=a\tpass=<hidden>\tproxy'],
  ['OK\t1\tuser=pass\tmypassword=x', 'OK\t1\tuser=pass\tmypassword=<hidden>'],
  ['USER\t1\ta\tauth_token=ab\thome=/pass', 'USER\t1\ta\tauth_token=<hidden>\thome=/pass'],
])('%j', (line, shown) => {
  expect(hidePasswords(line)).toBe(shown);
});

test.each([
  ['AUTH\t1\tPLAIN\tservice=imap\tresp=AAAA', 'AUTH\t1\tPLAIN\tservice=imap\tresp=<hidden>'],
  ['AUTH\t1\tPLAIN\tresp=AAAA\tx=y', 'AUTH\t1\tPLAIN\tresp=<hidden>'],
  ['CONT\t1\tAAAA\tBBBB', 'CONT\t1\t<hidden>'],
  ['CANCEL\t1', 'CANCEL\t1'],
])('%j', (line, shown) => {
  expect(hideResponse(line)).toBe(shown);
});

test('the cookie of REQUEST', () => {
  expect(hideCookie('REQUEST\t1\t2\t3\tabcd\tsession_pid=4')).toBe('REQUEST\t1\t2\t3\t<hidden>\tsession_pid=4');
  expect(hideCookie('USER\t1\ta\tservice=x')).toBe('USER\t1\ta\tservice=x');
});
