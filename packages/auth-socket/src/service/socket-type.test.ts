import { expect, test } from 'vitest';
import { authSocketType } from './socket-type.ts';

test.each([
  ['/run/dovecot/login/login', 'login'],
  ['auth-login', 'login'],
  ['auth-userdb', 'userdb'],
  ['director-userdb', 'userdb'],
  ['auth-master', 'master'],
  ['auth-client', 'client'],
  ['/var/spool/postfix/private/auth', 'client'],
  ['token-login/tokenlogin', undefined],
  ['auth-token', undefined],
])('%s is %s', (path, type) => {
  expect(authSocketType(path)).toBe(type);
});
