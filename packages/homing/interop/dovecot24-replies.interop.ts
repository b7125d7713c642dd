/** What clients of Dovecot 2.4's login services are told for each reply of an auth server behind our director. */
import { createMemoryLog } from '@homing/io';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOwnDirector } from './lib/auth-parts.ts';
import { answerAt, giveUpBeside, LOGIN24_HOST, type Login24, startLogin24 } from './lib/login24.ts';
import { scriptedAuth } from './lib/scripted-auth.ts';
import { describeWithDovecot24 } from './lib/suite.ts';

const FAILED = [
  'a NO [AUTHENTICATIONFAILED] Authentication failed.',
  '-ERR [AUTH] Authentication failed.',
  '535 5.7.8 Authentication failed.',
  'NO "Authentication failed."',
] as const;
const TEMPORARY = [
  'a NO [UNAVAILABLE] Temporary authentication failure.',
  '-ERR [SYS/TEMP] Temporary authentication failure.',
  '454 4.7.0 Temporary authentication failure.',
  'NO (TRYLATER) "Temporary authentication failure."',
] as const;
/** A backend at which nobody listens; the director is asked where no host is said. */
const AWAY = [
  'a NO [UNAVAILABLE] Account is temporarily unavailable.',
  '-ERR [SYS/TEMP] Account is temporarily unavailable.',
  '454 4.7.0 Account is temporarily unavailable.',
  'NO (TRYLATER) "Account is temporarily unavailable."',
] as const;

/** By user name: the reply, and what clients of IMAP, POP3, submission and ManageSieve are told (dovecot24.md 6). */
const REPLIES: Readonly<Record<string, readonly [reply: string, told: readonly string[]]>> = {
  wrong: ['FAIL\tID\tuser=wrong', FAILED],
  unknown: ['FAIL\tID\tuser=unknown\tcode=nosuchcode', FAILED],
  temp23: ['FAIL\tID\tuser=temp23\ttemp', FAILED],
  temp: ['FAIL\tID\tuser=temp\tcode=temp_fail\treason=hidden', TEMPORARY],
  authz: [
    'FAIL\tID\tuser=authz\tcode=authz_fail',
    [
      'a NO [AUTHORIZATIONFAILED] Authorization failed',
      '-ERR [AUTH] Authorization failed',
      '535 5.7.8 Authorization failed',
      'NO "Authorization failed"',
    ],
  ],
  disabled: ['FAIL\tID\tuser=disabled\tcode=user_disabled', FAILED],
  told: [
    'FAIL\tID\tuser=told\tcode=user_disabled\treason=Pay first',
    ['a NO [ALERT] Pay first', '-ERR [AUTH] Pay first', '535 5.7.8 Pay first', 'NO "Pay first"'],
  ],
  expired: ['FAIL\tID\tuser=expired\tcode=pass_expired', ['a NO [EXPIRED] Authentication failed.', ...FAILED.slice(1)]],
  base64: [
    'FAIL\tID\tcode=invalid_base64\treason=Bad base64',
    ['a BAD Bad base64', '-ERR [AUTH] Bad base64', '501 5.5.2 Bad base64', 'NO "Bad base64"'],
  ],
  reason: [
    'FAIL\tID\tuser=reason\treason=Go away',
    ['a NO [ALERT] Go away', '-ERR [AUTH] Go away', '535 5.7.8 Go away', 'NO "Go away"'],
  ],
  // A login process that sees these fields takes the failure for a temporary one of the proxy.
  proxyfail: ['FAIL\tID\tuser=proxyfail\tproxy\thost=127.0.26.9\tport=143', FAILED],
  nologin: [
    'OK\tID\tuser=nologin\tnologin',
    [
      'a NO [CONTACTADMIN] Login disabled for this user',
      '-ERR [AUTH] Login disabled for this user',
      '525 5.7.13 Login disabled for this user',
      'NO "Login disabled for this user"',
    ],
  ],
  referral: [
    'OK\tID\tuser=referral\tnologin\thost=127.0.26.9\tport=2143',
    [
      'a NO [REFERRAL imap://referral;AUTH=PLAIN@127.0.26.9:2143/] Try this server instead.',
      '-ERR [REFERRAL/referral@127.0.26.9:2143] Referral',
      '550 5.2.900 referral@127.0.26.9:2143 Referral',
      'NO (REFERRAL sieve://referral@127.0.26.9:2143) "Try this server instead."',
    ],
  ],
  proxied: ['OK\tID\tuser=proxied\tproxy\tport=9\tpass=pw\tproxy_timeout=1', AWAY],
  // Mechanisms without a password leave it to the passdb to give one (dovecot24.md 5).
  passless: ['OK\tID\tuser=passless\tproxy\tport=9', TEMPORARY],
  lost: ['hang up', TEMPORARY],
  garbage: ['WHAT\tID', TEMPORARY],
};

describeWithDovecot24('replies to login processes of 2.4', () => {
  const log = createMemoryLog('test');
  const stack = new AsyncDisposableStack();
  const login = scriptedAuth({
    kind: 'login',
    minor: 2,
    mechanisms: ['PLAIN\tplaintext', 'LOGIN\tplaintext'],
    reply: (user, line) => {
      if (line.startsWith('CANCEL\t')) return 'CANCELLED\tID';
      if (line.startsWith('CONT\t')) return 'FAIL\tID\tuser=wrong';
      return line.includes('\tresp=') ? REPLIES[user]?.[0] : 'CONT\tID\t';
    },
  });
  const userdb = scriptedAuth({ kind: 'userdb', minor: 1, reply: () => undefined });
  let site: Login24;
  beforeAll(async () => {
    const auth = { login: login.factory, userdb: userdb.factory };
    const director = stack.use(await startOwnDirector('127.0.26.9', auth, log));
    site = stack.use(await startLogin24({ login: director.acceptAuth, userdb: director.acceptUserdb, log }));
  });
  afterAll(() => stack.disposeAsync());

  test.each(Object.entries(REPLIES))('%s', async (user, [, told]) => {
    const answers = (['imap', 'pop3', 'submission', 'sieve'] as const).map((protocol) =>
      answerAt({ host: LOGIN24_HOST, port: site.ports[protocol] }, protocol, user),
    );
    expect(await Promise.all(answers)).toEqual(told);
  });
  test('CANCELLED, which its minor version does not know, disturbs nobody', async () => {
    const endpoint = { host: LOGIN24_HOST, port: site.ports.imap };
    expect(await giveUpBeside(endpoint, 'wrong')).toEqual([expect.stringMatching(/^a BAD /), FAILED[0]]);
    expect(site.dovecot.log()).not.toContain('CANCELLED');
  });

  test('an auth server of 2.3 is asked as 2.3 asks', () => {
    expect(login.heard).not.toEqual([]);
    expect(
      login.heard.filter(
        (line) => (line.startsWith('AUTH') && !line.includes('\tservice=')) || line.includes('\tprotocol='),
      ),
    ).toEqual([]);
  });
});
