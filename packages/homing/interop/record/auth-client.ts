/** auth-client: SASL over `auth-client` (authentication only) and `login/login`. Section numbers: PLAIN is RFC 4616. */

import { startAuthSite } from './auth-site.ts';
import { type Case, closed, logs, on, read, readUntil, type Step, send, sendBytes } from './dialogue.ts';
import { type Peer, peerOf, type Recording } from './recording.ts';

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const plain = (user: string, password: string, authzid = ''): string => base64(`${authzid}\0${user}\0${password}`);
const auth = (id: number, user: string, password = 'secret', parameters = ''): string =>
  `AUTH\t${id}\tPLAIN\tservice=imap\tno-penalty${parameters}\tresp=${plain(user, password)}`;

const hello = readUntil(/^DONE$/);
const handshake = [hello, send('VERSION\t1\t2', 'CPID\t4242')];
const after = (about: string, ...script: Step[]): Case => ({ about, script: [...handshake, ...script] });
const PLAIN = 'AUTH\t1\tPLAIN\tservice=imap\tno-penalty';
const LOGIN = 'AUTH\t1\tLOGIN\tservice=imap\tno-penalty';

const answers: Readonly<Record<string, Case>> = {
  'plain-ok': after('PLAIN with an initial response', send(auth(1, 'alice')), read()),
  'plain-renamed-by-format': after('auth_username_format changes the name', send(auth(2, 'ALICE')), read()),
  'plain-wrong-password': after('wrong password; the reply comes after 2 s', send(auth(1, 'alice', 'bad')), read()),
  'plain-unknown-user': after('no such user', send(auth(1, 'nosuch')), read()),
  'plain-temporary-failure': after('the database cannot be opened', send(auth(1, 'tf1')), read()),
  'plain-denied': after('user in a deny passdb', send(auth(1, 'denied')), read()),
  'plain-bad-character': after('a character outside auth_username_chars', send(auth(1, 'al%ice')), read()),
  'plain-empty-user': after('empty user name', send(auth(1, '', 'x')), read()),
  'plain-extra-field': after(
    'a passdb field; userdb_ fields stay hidden',
    send(auth(8, 'bob@example.com', '08/15!test~4711')),
    read(),
  ),
  'plain-user-field': after('the passdb renames the user', send(auth(16, 'rename')), read()),
  'plain-allow-nets': after(
    'allow_nets: accepted (a hidden field leaves an empty one), then refused',
    send(auth(13, 'nets', 'secret', '\trip=10.1.1.1')),
    read(),
    send(auth(14, 'nets', 'secret', '\trip=172.16.0.1')),
    read(),
    logs(/allow_nets check failed/),
  ),
  'plain-nodelay': after('nodelay is visible on success', send(auth(2, 'nodelay')), read()),
  'plain-forward-fields': after(
    'forward_fields come back as forward_ fields',
    send(auth(1, 'forward', 'secret', '\tforward_fields=a=b\x01tc=d\x01te')),
    read(),
  ),
  'plain-continued': after(
    'PLAIN without an initial response',
    send(PLAIN),
    read(),
    send(`CONT\t1\t${plain('alice', 'secret')}`),
    read(),
  ),
  'plain-mechanism-case': after(
    'mechanism names are case-insensitive',
    send(auth(1, 'alice').replace('PLAIN', 'plain')),
    read(),
  ),
  'plain-crlf': after('CR before LF is dropped', sendBytes(`${auth(1, 'alice')}\r\n`), read()),
  'plain-two-in-one-write': after(
    'a success overtakes a failure',
    send(auth(1, 'alice'), auth(2, 'alice', 'bad')),
    read(2),
  ),
  'plain-sql': after('SQL user', send(auth(1, 'sqluser@example.com')), read()),
  'plain-sql-null-password': after('SQL row with NULL as password', send(auth(1, 'sqlproxy@example.com')), read()),
  'plain-sql-two-rows': after(
    'the query matches two rows',
    send(auth(1, 'dup@example.com', 'a')),
    read(),
    logs(/multiple matches/),
  ),
  login: after(
    'LOGIN',
    send(LOGIN),
    read(),
    send(`CONT\t1\t${base64('alice')}`),
    read(),
    send(`CONT\t1\t${base64('secret')}`),
    read(),
  ),
  'login-initial-response': after(
    'LOGIN with the name as initial response',
    send(`${LOGIN}\tresp=${base64('alice')}`),
    read(),
    send(`CONT\t1\t${base64('secret')}`),
    read(),
  ),
  'master-separator': after('master user, separator form', send(auth(1, 'alice*admin', 'topsecret')), read()),
  'master-authzid': after(
    'master user, authorization id form',
    send(`${PLAIN}\tresp=${plain('admin', 'topsecret', 'alice')}`),
    read(),
  ),
  'master-wrong-password': after('master user, wrong password', send(auth(3, 'alice*admin', 'bad')), read()),
  'master-empty-login-user': after('master user without a login user', send(auth(4, '*admin', 'topsecret')), read()),
  'cancel-continuation': after(
    'a cancelled request is gone',
    send(PLAIN),
    read(),
    send('CANCEL\t1', `CONT\t1\t${plain('alice', 'secret')}`),
    read(),
  ),
  'cancel-failure-queued': after(
    'a failure already decided is sent all the same',
    send(auth(1, 'alice', 'bad'), 'CANCEL\t1'),
    read(),
  ),
  'base64-initial': after('bad base64 in the initial response', send(`${PLAIN}\tresp=!!!!`), read()),
  'base64-continued': after('bad base64 in a continuation', send(PLAIN), read(), send('CONT\t1\t***'), read()),
  'base64-extra-field': after(
    'what follows the payload counts as payload',
    send(PLAIN),
    read(),
    send(`CONT\t1\t${plain('alice', 'secret')}\tfoo=bar`),
    read(),
  ),
  'resp-empty': after('resp= present but empty (minor 2)', send(`${PLAIN}\tresp=`), read()),
  'resp-empty-minor-1': {
    about: 'resp= means no initial response for a client of minor 1 (Exim)',
    script: [hello, send('VERSION\t1\t1', 'CPID\t4242', `${PLAIN}\tresp=`), read()],
  },
  'resp-equals': after('resp== is an empty response', send(`${PLAIN}\tresp==`), read()),
  'cont-unknown-id': after('CONT for a request that does not exist', send('CONT\t7\tAAAA'), read()),
};

const endings: Readonly<Record<string, Case>> = Object.fromEntries(
  Object.entries({
    'bad-mechanism': ['mechanism not offered', 'AUTH\t1\tFOO\tservice=imap'],
    'bad-empty-line': ['an empty line', ''],
    'bad-command': ['unknown command', 'BLAH\t1'],
    'bad-no-service': ['AUTH without service', `AUTH\t1\tPLAIN\tresp=${plain('alice', 'secret')}`],
    'bad-id-zero': ['request id 0', 'AUTH\t0\tPLAIN\tservice=imap'],
    'bad-id-text': ['request id is no number', 'AUTH\tx\tPLAIN\tservice=imap'],
    'bad-after-resp': ['a parameter after resp', 'AUTH\t1\tPLAIN\tservice=imap\tresp=AA==\tlip=1.2.3.4'],
    'bad-id-twice': ['the same id while it is in use', 'AUTH\t1\tPLAIN\tservice=imap', 'AUTH\t1\tPLAIN\tservice=imap'],
    'bad-cont': ['CONT without payload', 'CONT\t7'],
    'bad-cancel': ['CANCEL without a number', 'CANCEL\tx'],
  }).map(([name, [about = '', ...lines]]) => [name, after(about, send(...lines), closed, logs(/BUG|Error/))]),
);

const handshakes: Readonly<Record<string, Case>> = {
  hello: { about: 'what the server says first', script: [hello] },
  'version-major': {
    about: 'another major version',
    script: [hello, send('VERSION\t2\t0'), closed, logs(/not compatible/)],
  },
  'version-missing': { about: 'no VERSION line', script: [hello, send('HELLO'), closed, logs(/invalid VERSION/)] },
  'version-no-minor': {
    about: 'VERSION without minor',
    script: [hello, send('VERSION\t1'), closed, logs(/invalid VERSION/)],
  },
  'version-minor-99': {
    about: 'a higher minor is accepted',
    script: [hello, send('VERSION\t1\t99', 'CPID\t4242', auth(1, 'alice')), read()],
  },
  'cpid-missing': {
    about: 'a command before CPID',
    script: [hello, send('VERSION\t1\t2', auth(1, 'alice')), closed, logs(/Error/)],
  },
  'cpid-zero': { about: 'CPID 0', script: [hello, send('VERSION\t1\t2', 'CPID\t0'), closed, logs(/PID 0/)] },
  'client-first': {
    about: 'the client may speak before it has read anything',
    script: [send('VERSION\t1\t2', 'CPID\t4242', auth(1, 'alice')), hello, read()],
  },
};

/** Replies on `login/login`, where proxy fields include what the login process needs. */
const loginSocket = (): Readonly<Record<string, Case>> => {
  const from = '\tsecured\tlip=127.0.0.1\trip=127.0.0.1\tlport=143\trport=5555';
  const cases: Readonly<Record<string, readonly [about: string, user: string, password?: string]>> = {
    'proxy-host': ['proxy with host', 'proxy1'],
    'proxy-no-host': ['proxy without host: lip and lport are added for a director', 'proxynohost'],
    'proxy-tag': ['director_tag', 'tagged'],
    'proxy-maybe-self': ['proxy_maybe, host is this machine', 'maybeself'],
    'proxy-maybe-other': ['proxy_maybe, host is another machine', 'maybeother'],
    'proxy-always-self': ['proxy_maybe and proxy_always, host is this machine', 'alwaysself'],
    'proxy-nopassword': ['nopassword: the typed password is passed on', 'nopw', 'whatever'],
    nologin: ['nologin with a referral', 'nologin'],
    local: ['a user who is not proxied', 'alice'],
  };
  return Object.fromEntries(
    Object.entries(cases).map(([name, [about, user, password]]) => [
      `login-socket-${name}`,
      after(`${about} (login/login)`, send(auth(1, user, password, from)), read()),
    ]),
  );
};

const loginSocketErrors: Readonly<Record<string, Case>> = {
  'login-socket-id-after-ok': after(
    'an id stays taken after OK on login/login',
    send(auth(1, 'alice')),
    read(),
    send(auth(1, 'alice')),
    closed,
    logs(/BUG|Error/),
  ),
  'login-socket-cont-after-ok': after(
    'CONT after OK on login/login',
    send(auth(1, 'alice')),
    read(),
    send('CONT\t1\tAAAA'),
    read(),
  ),
  'login-socket-same-pid': {
    about: 'a second connection with the PID of a live one (login/login)',
    script: [
      ...handshake,
      send(auth(1, 'alice')),
      read(),
      on(2),
      hello,
      send('VERSION\t1\t2', 'CPID\t4242'),
      closed,
      logs(/existing connection/),
    ],
  },
};

const start = (socket: string) => async (): Promise<Peer> =>
  peerOf(await startAuthSite(), (site) => site.socket(socket));

export const authClient: readonly Recording[] = [
  { protocol: 'auth-client', start: start('auth-client'), cases: () => ({ ...handshakes, ...answers, ...endings }) },
  { protocol: 'auth-client', start: start('login/login'), cases: () => ({ ...loginSocket(), ...loginSocketErrors }) },
];
