/** Our director between processes of one series of Dovecot and the auth server of the other. */
import { createMemoryLog, type Log } from '@homing/io';
import { expect, test } from 'vitest';
import { directorBefore, socketsOf } from './lib/auth-parts.ts';
import { type Dovecot, startDovecot } from './lib/dovecot.ts';
import { startDovecot24 } from './lib/dovecot24.ts';
import { type MailProtocol, mailListeners, mailPorts, PROTOCOLS } from './lib/five-protocols.ts';
import { answerAt, LOGIN24_HOST, prepareSidecar, startLogin24 } from './lib/login24.ts';
import { freePorts } from './lib/ports.ts';
import { startReferringBackend } from './lib/referring-backend.ts';
import { describeWithBothDovecots } from './lib/suite.ts';

const WELCOME: Readonly<Record<MailProtocol, RegExp>> = {
  imap: /^a OK .*Welcome$/,
  pop3: /^\+OK/,
  submission: /^235 2\.7\.0 Welcome$/,
  sieve: /^OK "Welcome"$/,
  lmtp: /^250 2\.1\.5 OK$/,
};

/** A user for each protocol, at the port of its backend. */
const backendUsers = async (stack: AsyncDisposableStack): Promise<string> => {
  let users = '';
  for (const protocol of PROTOCOLS) {
    const { port } = stack.use(await startReferringBackend(protocol, undefined));
    users += `${protocol}:{PLAIN}pw::::::proxy=y port=${port} proxy_timeout=5\n`;
  }
  return users;
};

const listeners = (types: boolean): string => `service auth {
  unix_listener sidecar-login {
    mode = 0600
${types ? '    type = login\n' : ''}  }
  unix_listener sidecar-userdb {
    mode = 0600
${types ? '    type = userdb\n' : ''}  }
}
`;

const auth23 = (dir: string): string => `protocols =
auth_failure_delay = 0
passdb {
  driver = passwd-file
  args = ${dir}/users
}
${listeners(false)}`;

const auth24 = (dir: string): string => `protocols =
passdb users {
  driver = passwd-file
  passwd_file_path = ${dir}/users
}
${listeners(true)}`;

/** Its backend has a name, which no peer has to look up. */
const directorFor = async (stack: AsyncDisposableStack, auth: Dovecot, log: Log) =>
  stack.use(
    await directorBefore(
      'localhost',
      socketsOf((kind) => auth.socket(`sidecar-${kind}`), log),
      log,
    ),
  );

describeWithBothDovecots('both series', () => {
  test('processes of 2.4, auth server of 2.3', async () => {
    await using stack = new AsyncDisposableStack();
    const log = createMemoryLog('test');
    const users = await backendUsers(stack);
    const auth = stack.use(await startDovecot({ config: auth23, files: { users } }));
    const director = await directorFor(stack, auth, log);
    const site = stack.use(await startLogin24({ login: director.acceptAuth, userdb: director.acceptUserdb, log }));
    for (const protocol of PROTOCOLS) {
      const endpoint = { host: LOGIN24_HOST, port: site.ports[protocol] };
      expect(await answerAt(endpoint, protocol, protocol), auth.log()).toMatch(WELCOME[protocol]);
    }
    const imap = { host: LOGIN24_HOST, port: site.ports.imap };
    expect(await answerAt(imap, 'imap', 'imap', 'bad')).toMatch(/^a NO \[AUTHENTICATIONFAILED\]/);
    const lookup = await site.dovecot.doveadm('auth', 'lookup', '-a', site.dovecot.socket('sidecar/userdb'), 'imap');
    expect(lookup.stdout).toMatch(/\bhost +: localhost\n +hostip +: 127\.0\.0\.1\n/);
    await site.dovecot.logged(/imap-login: Info: proxy\(imap,localhost\[127\.0\.0\.1\]:/);
    expect(auth.log()).not.toMatch(/BUG|Error/);
    expect(log.entries.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('processes of 2.3, auth server of 2.4', async () => {
    await using stack = new AsyncDisposableStack();
    const log = createMemoryLog('test');
    const users = await backendUsers(stack);
    const auth = stack.use(await startDovecot24({ config: auth24, files: { users } }));
    const director = await directorFor(stack, auth, log);
    const ports = mailPorts(await freePorts(6, LOGIN24_HOST));
    const logins = ['imap-login', 'pop3-login', 'submission-login', 'managesieve-login'];
    const front = stack.use(
      await startDovecot({
        config: () => `
protocols = imap pop3 lmtp submission sieve
listen = ${LOGIN24_HOST}
lmtp_proxy = yes
postmaster_address = postmaster@example.com
submission_relay_host = 127.0.0.1
protocol lmtp {
  auth_socket_path = sidecar/userdb
}
${mailListeners(ports, '')}
${logins.map((name) => `service ${name} {\n  executable = ${name} sidecar/login\n}\n`).join('')}
`,
        prepare: (dir) =>
          prepareSidecar(dir, { login: director.acceptAuth, userdb: director.acceptUserdb, log }, stack),
      }),
    );
    for (const protocol of PROTOCOLS) {
      const endpoint = { host: LOGIN24_HOST, port: ports[protocol] };
      expect(await answerAt(endpoint, protocol, protocol), front.log() + auth.log()).toMatch(WELCOME[protocol]);
    }
    expect(auth.log()).not.toMatch(/BUG|Error/);
    expect(log.entries.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
