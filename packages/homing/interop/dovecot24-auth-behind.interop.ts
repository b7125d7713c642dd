/** Our own login proxies and director, with passwords that a Dovecot 2.4's auth checks: all of 2.4 but its login processes. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDovecot24 } from './lib/dovecot24.ts';
import { imapLogin, pop3Login } from './lib/mail-login.ts';
import {
  type BackendPorts,
  type MovingBackends,
  startMovingBackends,
  USER_PASSWORD,
  userLine,
} from './lib/moving-backends.ts';
import { FRONT, type Front, startFront } from './lib/moving-front.ts';
import { describeWithBothDovecots } from './lib/suite.ts';

const USER = 'anna@example.com';

const authConfig = ({ imap, pop3 }: BackendPorts): string => `
protocols =
auth_mechanisms = plain login
auth_failure_delay = 0 secs
passdb static {
  password = ${USER_PASSWORD}
  fields {
    proxy = yes
    port = %{protocol | if("eq", "pop3", "${pop3}", "${imap}")}
  }
}
service auth {
  unix_listener homing-login {
    type = login
    mode = 0666
  }
}
`;

describeWithBothDovecots('our login proxies before Dovecot 2.4’s auth', () => {
  const stack = new AsyncDisposableStack();
  let backends: MovingBackends;
  let front: Front;

  beforeAll(async () => {
    backends = stack.use(await startMovingBackends({ at24: () => [userLine(USER)], at23: () => [userLine(USER)] }));
    const auth = stack.use(await startDovecot24({ config: () => authConfig(backends.ports) }));
    const settings = `homing_auth_login_socket = ${auth.socket('homing-login')}\n`;
    front = stack.use(await startFront({ users: {}, director: true, settings }));
  });
  afterAll(() => stack.disposeAsync());

  test.each([
    ['pop3', pop3Login],
    ['imap', imapLogin],
  ] as const)('%s', async (protocol, login) => {
    await login({ host: FRONT, port: front[protocol] }, USER, USER_PASSWORD);
    await front.homing.logged(new RegExp(`${protocol}-login: Info: proxy\\(${USER},.*Started proxying`));
  });

  test('a wrong password', async () => {
    const wrong = imapLogin({ host: FRONT, port: front.imap }, USER, 'wrong');
    await expect(wrong).rejects.toThrow('NO [AUTHENTICATIONFAILED] Authentication failed.');
  });
});
