/** A backend of Dovecot 2.4 that trusts the proxy, as our proxies talk to it: scripted, all of one flight at once. */
import { startDovecot24 } from '../lib/dovecot24.ts';
import { mailboxes24 } from '../lib/mailboxes.ts';
import { freePort } from '../lib/ports.ts';
import { makeMailDir } from '../lib/server.ts';
import { type Case, read, readUntil, type Step, sendCrlf } from './dialogue.ts';
import { type Peer, peerOf, type Recording } from './recording.ts';

const SHOWN = { imap: 143, pop3: 110 } as const;
const PASSWORD = 'pass1';

const users = [
  'u1@example.com:{PLAIN}pass1::::::',
  'moved@example.com:{PLAIN}pass1::::::nologin=y host=10.1.2.3 port=1430',
  'disabled@example.com:{PLAIN}pass1::::::nologin=y',
  '',
].join('\n');

const config =
  (protocol: 'imap' | 'pop3', port: number) =>
  (dir: string): string =>
    `
protocols = ${protocol}
login_trusted_networks = 127.0.0.0/8
auth_failure_delay = 0 secs
service ${protocol}-login {
  inet_listener ${protocol} {
    port = ${port}
  }
}
passdb passwd-file {
  passwd_file_path = ${dir}/users
}
${mailboxes24(dir)}
`;

const start = async (protocol: 'imap' | 'pop3'): Promise<Peer> => {
  const port = await freePort();
  const dovecot = await startDovecot24({ config: config(protocol, port), files: { users }, prepare: makeMailDir });
  return peerOf(dovecot, () => ({ host: '127.0.0.1', port }), [[port, SHOWN[protocol]]]);
};

const ID =
  'I ID ("x-session-id" "SESSIONIDSESSIO1" "x-originating-ip" "127.0.0.1" "x-originating-port" "50001" ' +
  '"x-connected-ip" "127.0.0.1" "x-connected-port" "143" "x-proxy-ttl" "4")';

const imapLogin = (about: string, user: string, ...more: Step[]): Case => ({
  about,
  script: [read(), sendCrlf(ID, `L LOGIN "${user}@example.com" "${PASSWORD}"`), readUntil(/^L /), ...more],
});

const XCLIENT = 'XCLIENT ADDR=127.0.0.1 PORT=50001 SESSION=SESSIONIDSESSIO1 TTL=4';

const pop3Login = (about: string, user: string, ...more: Step[]): Case => ({
  about,
  script: [
    read(),
    sendCrlf(XCLIENT, `USER ${user}@example.com`),
    read(2),
    sendCrlf(`PASS ${PASSWORD}`),
    read(),
    ...more,
  ],
});

const ELSEWHERE = 'the backend sends the user elsewhere: nologin with host';

export const backends24: readonly Recording[] = [
  {
    protocol: 'imap-2.4',
    of: '2.4',
    start: () => start('imap'),
    cases: () => ({
      'backend-login': imapLogin('a proxied login', 'u1', sendCrlf('z LOGOUT'), readUntil(/^z /)),
      'backend-referral': imapLogin(ELSEWHERE, 'moved'),
      'backend-nologin': imapLogin('the backend lets nobody in', 'disabled'),
      'backend-refused': imapLogin('the backend refuses', 'wrong'),
    }),
  },
  {
    protocol: 'pop3-2.4',
    of: '2.4',
    start: () => start('pop3'),
    cases: () => ({
      'backend-login': pop3Login('a proxied login', 'u1', sendCrlf('QUIT'), read()),
      'backend-referral': pop3Login(ELSEWHERE, 'moved'),
      'backend-nologin': pop3Login('the backend lets nobody in', 'disabled'),
      'backend-refused': pop3Login('the backend refuses', 'wrong'),
    }),
  },
];
