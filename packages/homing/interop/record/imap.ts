/** IMAP: a mail client before login (`client-*`), and a proxy logging in at a backend (`backend-*`). */
import { type Case, closed, on, read, readUntil, type Step, sendBytes, sendCrlf } from './dialogue.ts';
import { type LoginSite, startLoginSite } from './login-site.ts';
import { proxied } from './login-steps.ts';
import type { Recording } from './recording.ts';

const tagged = readUntil(/^[a-z] /);
const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

const after = (about: string, ...script: Step[]): Case => ({ about, script: [read(), ...script] });
const ask = (about: string, ...lines: string[]): Case =>
  after(about, ...lines.flatMap((line): Step[] => [sendCrlf(line), tagged]));

const client = (site: LoginSite): Readonly<Record<string, Case>> => ({
  'client-greeting': after('the greeting of a secured connection'),
  'client-commands': ask(
    'commands any client may give before login',
    'a CAPABILITY',
    'b NOOP',
    'c ID NIL',
    'd ID ("name" "x")',
  ),
  'client-logout': after('LOGOUT', sendCrlf('a LOGOUT'), tagged, closed),
  'client-login': ask('LOGIN; the reply carries the capabilities of the backend', 'a LOGIN u1@example.com pass1'),
  'client-login-quoted': ask('LOGIN with quoted strings', 'a login "u1@example.com" "pass1"'),
  'client-login-capability': ask(
    'after CAPABILITY the reply has another form',
    'a CAPABILITY',
    'b LOGIN u1@example.com pass1',
  ),
  'client-login-literal': after(
    'LOGIN with literals, synchronizing and not',
    sendBytes('a LOGIN {14}\r\n'),
    read(),
    sendBytes('u1@example.com {5+}\r\npass1\r\n'),
    tagged,
  ),
  'client-authenticate': after(
    'AUTHENTICATE PLAIN without an initial response',
    sendCrlf('a AUTHENTICATE PLAIN'),
    read(),
    sendCrlf(base64('\0u1@example.com\0pass1')),
    tagged,
  ),
  'client-authenticate-initial': ask(
    'AUTHENTICATE PLAIN, SASL-IR',
    `a AUTHENTICATE PLAIN ${base64('\0u1@example.com\0pass1')}`,
  ),
  'client-authenticate-login': after(
    'AUTHENTICATE LOGIN',
    sendCrlf('a AUTHENTICATE LOGIN'),
    read(),
    sendCrlf(base64('u1@example.com')),
    read(),
    sendCrlf(base64('pass1')),
    tagged,
  ),
  'client-authenticate-cancel': after(
    'AUTHENTICATE, cancelled',
    sendCrlf('a AUTHENTICATE PLAIN'),
    read(),
    sendCrlf('*'),
    tagged,
  ),
  'client-authenticate-unknown': ask('AUTHENTICATE, mechanism not offered', 'a AUTHENTICATE FOO'),
  'client-authenticate-base64': ask('AUTHENTICATE, bad base64', 'a AUTHENTICATE PLAIN !!!'),
  'client-wrong-password': ask(
    'LOGIN, wrong password, then right',
    'a LOGIN u1@example.com bad',
    'b LOGIN u1@example.com pass1',
  ),
  'client-backend-refuses': ask('the backend refuses', 'a LOGIN wrong@example.com pass1'),
  'client-nologin': ask('nologin', 'a LOGIN nologin@example.com pass1'),
  'client-referral': ask('nologin with host', 'a LOGIN referral@example.com pass1'),
  'client-unknown-command': ask('a command it does not know', 'a FOO', 'b NOOP'),
  'client-login-arguments': ask('LOGIN without and with too few arguments', 'a LOGIN', 'b LOGIN x'),
  'client-not-logged-in': ask('a command for later', 'a SELECT INBOX', 'b NOOP'),
  'client-id-arguments': ask('ID with bad arguments', 'a ID x', 'b ID ("a")'),
  'client-too-many-errors': after(
    'too many invalid commands',
    ...['a', 'b', 'c'].flatMap((tag): Step[] => [sendCrlf(`${tag} FOO`), read()]),
    closed,
  ),
  'client-plaintext-disabled': {
    about: 'a connection that is not secured, disable_plaintext_auth = yes',
    script: [
      on(1, site.insecure),
      read(),
      ...['a LOGIN u1@example.com pass1', 'b AUTHENTICATE PLAIN', 'c CAPABILITY'].flatMap((line): Step[] => [
        sendCrlf(line),
        tagged,
      ]),
    ],
  },
  'client-starttls': {
    about: 'STARTTLS; the TLS handshake follows',
    script: [on(1, site.insecure), read(), sendCrlf('a STARTTLS'), tagged],
  },
  'client-trusted-id': ask(
    'ID with forwarding fields from a client that is not trusted',
    'a ID ("x-originating-ip" "9.9.9.9" "x-proxy-ttl" "3")',
  ),
});

const backend = (site: LoginSite): Readonly<Record<string, Case>> => {
  const login = (about: string, user: string, password = 'pass1', ...first: string[]): Case => ({
    about,
    script: [proxied(site, [...first, `a LOGIN ${user}@example.com ${password}`], 'z LOGOUT')],
  });
  return {
    'backend-login': login('a proxied login; the client logs out', 'u1'),
    'backend-login-capability': login(
      'the client asked for capabilities: so does the proxy',
      'u1',
      'pass1',
      'b CAPABILITY',
    ),
    'backend-login-id': login('the client sent an ID', 'u1', 'pass1', 'b ID ("name" "x")'),
    'backend-login-8bit': login('a password with 8 bit characters and quotes', 'u2', '"p\xe4ss \\"2\\""'),
    'backend-refused': login('the backend refuses', 'wrong'),
    'backend-mech-login': login('proxy_mech=LOGIN', 'mech'),
    'backend-master': login('master=', 'master'),
    'backend-destuser': login('destuser=', 'dest'),
    'backend-not-trusted': login('proxy_not_trusted: no ID', 'untrusted'),
    'backend-forward': login('forward_ fields', 'forward'),
    'backend-starttls': login('starttls=any-cert, up to the TLS handshake', 'starttls'),
  };
};

export const imap: readonly Recording<LoginSite>[] = [
  { protocol: 'imap', start: () => startLoginSite('imap'), cases: (site) => ({ ...client(site), ...backend(site) }) },
];
