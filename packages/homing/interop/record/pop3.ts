/** POP3: a mail client before login (`client-*`), and a proxy logging in at a backend (`backend-*`). */
import { type Case, closed, on, read, readUntil, type Step, sendCrlf } from './dialogue.ts';
import { type LoginSite, startLoginSite } from './login-site.ts';
import { proxied } from './login-steps.ts';
import type { Recording } from './recording.ts';

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

const after = (about: string, ...script: Step[]): Case => ({ about, script: [read(), ...script] });
const ask = (about: string, ...lines: string[]): Case =>
  after(about, ...lines.flatMap((line): Step[] => [sendCrlf(line), read()]));

const client = (site: LoginSite): Readonly<Record<string, Case>> => ({
  'client-greeting': after('the greeting'),
  'client-capa': after('CAPA of a secured connection', sendCrlf('CAPA'), readUntil(/^\.$/)),
  'client-quit': after('QUIT', sendCrlf('QUIT'), read(), closed),
  'client-login': ask('USER and PASS', 'USER u1@example.com', 'PASS pass1'),
  'client-auth': after(
    'AUTH PLAIN without an initial response',
    sendCrlf('AUTH PLAIN'),
    read(),
    sendCrlf(base64('\0u1@example.com\0pass1')),
    read(),
  ),
  'client-auth-initial': ask('AUTH PLAIN with an initial response', `AUTH PLAIN ${base64('\0u1@example.com\0pass1')}`),
  'client-auth-login': ask('AUTH LOGIN', 'AUTH LOGIN', base64('u1@example.com'), base64('pass1')),
  'client-auth-cancel': ask('AUTH, cancelled', 'AUTH PLAIN', '*'),
  'client-auth-unknown': ask('AUTH, mechanism not offered', 'AUTH FOO'),
  'client-auth-base64': ask('AUTH, bad base64', 'AUTH PLAIN !!!'),
  'client-auth-list': after('AUTH alone lists mechanisms', sendCrlf('AUTH'), readUntil(/^\.$/)),
  'client-wrong-password': ask(
    'wrong password, then right',
    'USER u1@example.com',
    'PASS bad',
    'USER u1@example.com',
    'PASS pass1',
  ),
  'client-backend-refuses': ask('the backend refuses', 'USER wrong@example.com', 'PASS pass1'),
  'client-nologin': ask('nologin', 'USER nologin@example.com', 'PASS pass1'),
  'client-referral': ask('nologin with host', 'USER referral@example.com', 'PASS pass1'),
  'client-errors': ask('what it does not take', 'PASS x', 'FOO', 'USER'),
  'client-too-many-errors': after(
    'too many invalid commands',
    ...['1', '2', '3'].flatMap((n): Step[] => [sendCrlf(`FOO ${n}`), read()]),
    closed,
  ),
  'client-plaintext-disabled': {
    about: 'a connection that is not secured, disable_plaintext_auth = yes',
    script: [
      on(1, site.insecure),
      read(),
      ...['USER u1@example.com', 'AUTH PLAIN'].flatMap((line): Step[] => [sendCrlf(line), read()]),
      sendCrlf('CAPA'),
      readUntil(/^\.$/),
    ],
  },
  'client-stls': {
    about: 'STLS; the TLS handshake follows',
    script: [on(1, site.insecure), read(), sendCrlf('STLS'), read()],
  },
  'client-xclient': ask('XCLIENT from a client that is not trusted', 'XCLIENT ADDR=9.9.9.9 PORT=77'),
});

const backend = (site: LoginSite): Readonly<Record<string, Case>> => {
  const login = (about: string, user: string): Case => ({
    about,
    script: [proxied(site, [`USER ${user}@example.com`, 'PASS pass1'], 'QUIT')],
  });
  return {
    'backend-login': login('a proxied login; the client quits', 'u1'),
    'backend-refused': login('the backend refuses', 'wrong'),
    'backend-mech-login': login('proxy_mech=LOGIN', 'mech'),
    'backend-master': login('master=', 'master'),
    'backend-destuser': login('destuser=', 'dest'),
    'backend-not-trusted': login('proxy_not_trusted: no XCLIENT', 'untrusted'),
    'backend-forward': login('forward_ fields', 'forward'),
    'backend-stls': login('starttls=any-cert, up to the TLS handshake', 'starttls'),
  };
};

export const pop3: readonly Recording<LoginSite>[] = [
  { protocol: 'pop3', start: () => startLoginSite('pop3'), cases: (site) => ({ ...client(site), ...backend(site) }) },
];
