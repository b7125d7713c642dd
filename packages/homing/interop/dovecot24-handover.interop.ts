/**
 * A login that a mail process of 2.4 fetches (REQUEST): Homing's auth server and Dovecot 2.4's answer the same, and
 * nobody without the cookie of the login process gets a session.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDovecot24 } from './lib/dovecot24.ts';
import { startHoming } from './lib/homing.ts';
import { openLineClient } from './lib/line-client.ts';
import { homes23, homes24 } from './lib/mailboxes.ts';
import type { Server } from './lib/server.ts';
import { describeWithDovecot24 } from './lib/suite.ts';

const dovecotConfig = (dir: string): string => `
protocols = imap
passdb static {
  password = pigeon
}
${homes24(dir)}
service imap-login {
  inet_listener imap {
    port = 0
  }
}
`;

const homingConfig = (dir: string): string => `
protocols =
passdb {
  driver = static
  args = password=pigeon
}
${homes23(dir)}
`;

type Login = { readonly cpid: number; readonly id: number; readonly cookie: string };

const WRONG = '0123456789abcdef0123456789abcdef';

const request = (id: number, { cpid, id: login, cookie }: Login, session = process.pid): string =>
  `REQUEST\t${id}\t${cpid}\t${login}\t${cookie}\tsession_pid=${session}\trequest_auth_token`;

/** What a mail process says twice, unless the second is another; whether it gets the login. */
const CASES: readonly (readonly [string, (login: Login) => readonly [string, string?], 'login' | 'no login'])[] = [
  ['the right one', (login) => [request(637_665_281, login)], 'login'],
  ['an id above 2^31', (login) => [request(3_657_170_945, login)], 'login'],
  ['a wrong cookie', (login) => [request(7, { ...login, cookie: WRONG })], 'no login'],
  [
    'a wrong cookie, then the right one',
    (login) => [request(7, { ...login, cookie: WRONG }), request(8, login)],
    'no login',
  ],
  ['a login of nobody', (login) => [request(7, { ...login, id: login.id + 1 })], 'no login'],
  ['a login process of nobody', (login) => [request(7, { ...login, cpid: login.cpid + 1 })], 'no login'],
  ['another mail process', (login) => [request(7, login, 1)], 'no login'],
];

/** Logs in as a login process, asks as a mail process, twice; what differs from server to server is masked. */
const replies = async (server: Server, cpid: number, asks: (typeof CASES)[number][1]): Promise<string[]> => {
  using login = await openLineClient(server.socket('login/login'));
  login.send(`VERSION\t1\t3\nCPID\t${cpid}\n`);
  const greeting = await login.linesUntil((line) => line === 'DONE');
  const [, cookie = ''] = /^COOKIE\t(.*)$/m.exec(greeting.join('\n')) ?? [];
  const resp = Buffer.from('\0joe\0pigeon').toString('base64');
  login.send(`AUTH\t1\tPLAIN\tprotocol=imap\tfinal-resp-ok\tsecured\tlip=127.0.0.1\trip=127.0.0.1\tresp=${resp}\n`);
  expect(await login.line()).toMatch(/^OK\t1\tuser=joe/);

  using master = await openLineClient(server.socket('auth-master'));
  master.send('VERSION\t1\t3\n');
  await master.linesUntil((line) => line.startsWith('SPID\t'));
  const [first, second = first] = asks({ cpid, id: 1, cookie });
  const answers: string[] = [];
  for (const asked of [first, second]) {
    master.send(`${asked}\n`);
    const answer = await master.line();
    answers.push(answer.replaceAll(server.dir, 'DIR').replace(/(auth_token=)[0-9a-f]{40}/, '$1TOKEN'));
  }
  return answers;
};

describeWithDovecot24('a login fetched by a mail process of 2.4', () => {
  const stack = new AsyncDisposableStack();
  let dovecot: Server;
  let homing: Server;
  let cpid = process.pid;

  beforeAll(async () => {
    dovecot = stack.use(await startDovecot24({ config: dovecotConfig }));
    homing = stack.use(await startHoming({ config: homingConfig }));
  });
  afterAll(() => stack.disposeAsync());

  test.each(CASES)('%s', async (_, asks, outcome) => {
    cpid += 10;
    const theirs = await replies(dovecot, cpid, asks);
    expect(await replies(homing, cpid, asks)).toEqual(theirs);
    expect(theirs[0]?.split('\t')[0]).toBe(outcome === 'login' ? 'USER' : 'FAIL');
  });
});
