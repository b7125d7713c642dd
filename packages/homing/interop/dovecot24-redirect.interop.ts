/**
 * A backend sends a user elsewhere while Dovecot 2.4 proxies to it. With `proxy_redirect_reauth` the login process, or
 * lmtp, asks our auth server again, through the director; without it, it goes there by itself. The director learns
 * nothing from either: the next login is for the backend that it chose.
 */
import { createMemoryLog, type ProtocolFactory } from '@homing/io';
import { describe, expect, test } from 'vitest';
import { startOwnAuth, startOwnDirector } from './lib/auth-parts.ts';
import { PROTOCOLS } from './lib/five-protocols.ts';
import { answerAt, LOGIN24_HOST, startLogin24 } from './lib/login24.ts';
import { startReferringBackend } from './lib/referring-backend.ts';
import { describeWithDovecot24 } from './lib/suite.ts';

/** Keeps what clients say. */
const overhear = (factory: ProtocolFactory, heard: string[]): ProtocolFactory => {
  return (outlet) => {
    const protocol = factory(outlet);
    return {
      ...protocol,
      receive(bytes) {
        heard.push(...bytes.split('\n').slice(0, -1));
        protocol.receive(bytes);
      },
    };
  };
};

const WELCOME = {
  imap: 'a OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] Welcome',
  pop3: '+OK',
  submission: '235 2.7.0 Welcome',
  sieve: 'OK "Welcome"',
  lmtp: '250 2.1.5 OK',
} as const;

describeWithDovecot24('a backend of 2.4 sends a user elsewhere', () => {
  describe.each(['proxy_redirect_reauth=y', ''])('%s', (reauth) => {
    test.each(PROTOCOLS)('%s', async (protocol) => {
      await using stack = new AsyncDisposableStack();
      const log = createMemoryLog('test');
      const second = stack.use(await startReferringBackend(protocol, undefined));
      const first = stack.use(await startReferringBackend(protocol, `127.0.0.1:${second.port}`));
      const config = `passdb {
  driver = static
  args = nopassword=y proxy=y port=${first.port} proxy_timeout=5 ${reauth}
}
`;
      const { server } = stack.use(await startOwnAuth(() => config, {}, log));
      const auth = { login: server.serve('login', undefined), userdb: server.serve('userdb', undefined) };
      const director = stack.use(await startOwnDirector('127.0.0.1', auth, log));
      const heard: string[] = [];
      const site = stack.use(
        await startLogin24({
          login: overhear(director.acceptAuth, heard),
          userdb: overhear(director.acceptUserdb, heard),
          log,
        }),
      );
      for (let logins = 1; logins <= 2; logins++) {
        const told = await answerAt({ host: LOGIN24_HOST, port: site.ports[protocol] }, protocol, 'alice');
        expect(told, site.dovecot.log()).toBe(WELCOME[protocol]);
        expect([first.heard.length, second.heard.length]).toEqual([logins, logins]);
      }
      const asked = heard.filter((line) => line.includes(`\tproxy_redirect_host_next=127.0.0.1:${second.port}\t`));
      expect(asked).toHaveLength(reauth === '' ? 0 : 2);
      for (const line of asked) {
        expect(line).toMatch(protocol === 'lmtp' ? /^PASS\t\d+\talice\t/ : /^AUTH\t\d+\tEXTERNAL\t/);
        expect(line).toMatch(/\tdestuser=alice\tproxy_timeout=5000$/);
      }
      expect(director.status().users).toBe(1);
      expect(log.entries.filter(({ level }) => level === 'error')).toEqual([]);
    });
  });
});
