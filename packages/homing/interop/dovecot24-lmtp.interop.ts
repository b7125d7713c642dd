/** What lmtp of 2.4 and of 2.3 make of replies to PASS: mail must wait where it could be delivered later, never bounce. */
import { createMemoryLog, type ProtocolFactory } from '@homing/io';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOwnAuth, startOwnDirector } from './lib/auth-parts.ts';
import { startDovecot } from './lib/dovecot.ts';
import { answerAt, LOGIN24_HOST, startLogin24 } from './lib/login24.ts';
import { freePort } from './lib/ports.ts';
import { scriptedAuth } from './lib/scripted-auth.ts';
import { serveUnix } from './lib/serve-unix.ts';
import { describeWithBothDovecots } from './lib/suite.ts';

/** Its lmtp, where it listens. */
type Lmtp = { readonly host: string; readonly port: number } & AsyncDisposable;

const log = createMemoryLog('test');

const lmtp24 = async (userdb: ProtocolFactory): Promise<Lmtp> => {
  const login = scriptedAuth({ kind: 'login', minor: 3, reply: () => undefined });
  const site = await startLogin24({ login: login.factory, userdb, log });
  return { host: LOGIN24_HOST, port: site.ports.lmtp, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
};

const lmtp23 = async (userdb: ProtocolFactory): Promise<Lmtp> => {
  await using stack = new AsyncDisposableStack();
  const port = await freePort(LOGIN24_HOST);
  const dovecot = await startDovecot({
    config: (dir) => `
protocols = lmtp
listen = ${LOGIN24_HOST}
lmtp_proxy = yes
postmaster_address = postmaster@example.com
protocol lmtp {
  auth_socket_path = ${dir}/userdb
}
service lmtp {
  inet_listener lmtp {
    port = ${port}
  }
}
`,
    prepare: async (dir) => void stack.use(await serveUnix(`${dir}/userdb`, userdb, log)),
  });
  stack.use(dovecot);
  const running = stack.move();
  return { host: LOGIN24_HOST, port, [Symbol.asyncDispose]: () => running.disposeAsync() };
};

const SERIES = [
  ['2.4', lmtp24],
  ['2.3', lmtp23],
] as const;

const PASS: Readonly<Record<string, string>> = {
  nameless: 'PASS\tID\tproxy=y',
  empty: 'PASS\tID\tuser=empty\tproxy\thost=',
  away: 'PASS\tID\tuser=away\tproxy\tport=9\tproxy_timeout=1',
  failed: 'FAIL\tID',
  temp: 'FAIL\tID\tuser=temp\tcode=temp_fail',
  reason: 'FAIL\tID\tuser=reason\treason=Come back',
  word: 'WHAT\tID',
  lost: 'hang up',
  proxyfail: 'FAIL\tID\tproxy\thost=10.0.0.1',
};

describeWithBothDovecots('lmtp', () => {
  describe.each(SERIES)('%s behind our director', (_, start) => {
    const userdb = scriptedAuth({ kind: 'userdb', minor: 3, reply: (user) => PASS[user] ?? 'NOTFOUND\tID' });
    const stack = new AsyncDisposableStack();
    let lmtp: Lmtp;
    beforeAll(async () => {
      const login = scriptedAuth({ kind: 'login', minor: 3, reply: () => undefined });
      const auth = { login: login.factory, userdb: userdb.factory };
      const director = stack.use(await startOwnDirector('127.0.26.9', auth, log));
      lmtp = stack.use(await start(director.acceptUserdb));
    });
    afterAll(() => stack.disposeAsync());

    test.each(Object.keys(PASS))('%s', async (user) => {
      expect(await answerAt(lmtp, 'lmtp', user)).toMatch(/^451 4\.[34]\.0 /);
    });
    test('only a user whom nobody knows bounces', async () => {
      expect(await answerAt(lmtp, 'lmtp', 'nobody')).toMatch(/^550 5\.1\.1 .*User doesn't exist/);
    });
  });

  describe.each(SERIES)('%s at our auth server, with nobody to add a host', (_, start) => {
    test('proxy without a host', async () => {
      const users = 'alice:{PLAIN}pw::::::proxy=y\nbob:{PLAIN}pw::::::proxy=y host=127.0.26.9 port=9 proxy_timeout=1\n';
      const config = (dir: string): string => `passdb {
  driver = passwd-file
  args = ${dir}/users
}
`;
      await using auth = await startOwnAuth(config, { users }, log);
      const file = { path: '/run/auth-userdb', mode: 0o600, uid: 0, gid: 0 };
      await using lmtp = await start(auth.server.serve('userdb', file));
      expect(await answerAt(lmtp, 'lmtp', 'alice')).toBe('451 4.3.0 <alice> Temporary user lookup failure');
      // The reply with a host is obeyed: nobody listens there.
      expect(await answerAt(lmtp, 'lmtp', 'bob')).toContain('451 4.4.0 Proxy failed (connect, session=S)');
      expect(await answerAt(lmtp, 'lmtp', 'nobody')).toMatch(/^550 5\.1\.1 |^451 4\.3\.0 /);
    });
  });
});
