/** auth-master: lookups on `auth-userdb` and `auth-master`, and the hand-over of a login to a mail process. */
import { startAuthSite } from './auth-site.ts';
import { type Case, closed, logs, on, read, readUntil, type Step, send, sendBytes } from './dialogue.ts';
import { type Peer, peerOf, type Recording } from './recording.ts';

const hello = read(2);
const after = (about: string, ...script: Step[]): Case => ({
  about,
  script: [hello, send('VERSION\t1\t0'), ...script],
});
const lookup = (about: string, line: string): Case => after(about, send(line), read());

const lookups: Readonly<Record<string, Case>> = {
  user: lookup('USER', 'USER\t1\talice\tservice=lmtp'),
  'user-extra-field': lookup('USER, an extra field', 'USER\t2\tbob@example.com\tservice=lmtp'),
  'user-unknown': lookup('USER, no such user', 'USER\t4\tnobody\tservice=lmtp'),
  'user-no-fields': lookup('USER, a passwd-file line without uid, gid and home', 'USER\t5\tproxy1\tservice=lmtp'),
  'user-bad-character': lookup('USER, a character outside auth_username_chars', 'USER\t6\ta%b\tservice=lmtp'),
  'user-sql': lookup('USER from SQL', 'USER\t7\tsqluser@example.com\tservice=lmtp'),
  pass: lookup('PASS', 'PASS\t1\tproxy1\tservice=lmtp'),
  'pass-unknown': lookup('PASS, no such user', 'PASS\t2\tnobody\tservice=lmtp'),
  'pass-temporary-failure': lookup('PASS, the database is away', 'PASS\t3\ttf1\tservice=lmtp'),
  'pass-denied': lookup('PASS, user in a deny passdb', 'PASS\t4\tdenied\tservice=lmtp'),
  'pass-maybe-self': lookup(
    'PASS, proxy_maybe, host is this machine',
    'PASS\t5\tmaybeself\tservice=lmtp\tlip=127.0.0.1\tlport=24',
  ),
  'pass-maybe-no-lip': lookup('PASS, proxy_maybe without lip', 'PASS\t6\tmaybeself\tservice=lmtp'),
  'pass-tag': lookup(
    'PASS, director_tag; lip and lport are added',
    'PASS\t7\ttagged\tservice=lmtp\tlip=127.0.0.1\tlport=24',
  ),
  'pass-no-host': lookup('PASS, proxy without host and without lip', 'PASS\t8\tproxynohost\tservice=lmtp'),
  'pass-nologin': lookup('PASS, nologin', 'PASS\t9\tnologin\tservice=lmtp'),
  'pass-null-password': lookup('PASS, SQL row with NULL as password', 'PASS\t10\tsqlproxy@example.com\tservice=lmtp'),
  'pass-local': lookup('PASS, a user who is not proxied', 'PASS\t11\talice\tservice=lmtp'),
  list: after('LIST', send('LIST\t1\tservice=doveadm'), readUntil(/^DONE/)),
  'version-no-minor': {
    about: 'VERSION without minor is accepted',
    script: [hello, send('VERSION\t1', 'USER\t1\talice\tservice=lmtp'), read()],
  },
  pipelined: after(
    'two requests in one write',
    send('USER\t1\talice\tservice=lmtp', 'PASS\t2\tproxy1\tservice=lmtp'),
    read(2),
  ),
};

const endings: Readonly<Record<string, Case>> = {
  'bad-no-service': after('USER without service', send('USER\t7\talice'), closed, logs(/BUG/)),
  'bad-command': after('unknown command', send('FOO\t123'), closed, logs(/BUG/)),
  'bad-id': after('request id is no number', send('USER\tx\talice\tservice=lmtp'), closed, logs(/BUG/)),
  'bad-cache-flush': after('CACHE-FLUSH on a userdb socket', send('CACHE-FLUSH\t1\tnosuch'), closed, logs(/BUG/)),
  'version-major': { about: 'another major version', script: [hello, send('VERSION\t2\t0'), closed, logs(/Error/)] },
  'version-missing': {
    about: 'a command before VERSION',
    script: [hello, send('USER\t1\talice\tservice=lmtp'), closed, logs(/Error/)],
  },
  'auth-client': {
    about: 'an auth-client handshake on a master socket',
    script: [hello, send('VERSION\t1\t0', 'CPID\t1'), closed, logs(/Error/)],
  },
  'line-too-long': after('a line over 1024 bytes', sendBytes('x'.repeat(1027)), closed, logs(/more than/)),
};

const plain = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const login = (user: string, index: number): string =>
  `AUTH\t${index + 1}\tPLAIN\tservice=imap\tno-penalty\tresp=${plain(`\0${user}\0secret`)}`;
const loginSocketOf = (peer: Peer): string => `${peer.dir}/run/login/login`;
const COOKIE = /^COOKIE\t([0-9a-f]{32})$/m;

/** A login on `login/login` (connection 2) and its REQUEST on `auth-master`, by this very process. */
const handOver = (
  about: string,
  peer: Peer,
  credentials: string,
  ...requests: ((cookie: string) => string)[]
): Case => {
  let cookie = '';
  return {
    about,
    script: [
      hello,
      on(2, loginSocketOf(peer)),
      async (dialogue) => {
        await readUntil(/^DONE$/)(dialogue);
        cookie = COOKIE.exec(dialogue.steps.join('\n').replaceAll(/^S2 /gm, ''))?.[1] ?? '';
      },
      send('VERSION\t1\t2', 'CPID\t4242', `AUTH\t1\tPLAIN\tservice=imap\tno-penalty\tresp=${plain(credentials)}`),
      read(),
      on(1),
      send('VERSION\t1\t1'),
      ...requests.flatMap((request) => [(dialogue) => send(request(cookie))(dialogue), read()] satisfies Step[]),
    ],
  };
};

const request =
  (id: number, parameters = '') =>
  (cookie: string): string =>
    `REQUEST\t${id}\t4242\t1\t${cookie}${parameters}`;

const master = (peer: Peer): Readonly<Record<string, Case>> => ({
  request: handOver(
    'REQUEST hands a login over, once',
    peer,
    '\0alice\0secret',
    request(77, `\tsession_pid=${process.pid}\trequest_auth_token`),
    request(78),
  ),
  'request-master-user': handOver('REQUEST after a master login', peer, 'alice\0admin\0topsecret', request(5)),
  'request-no-userdb': handOver('REQUEST, the user is in no userdb', peer, '\0rename\0secret', request(6)),
  'request-wrong-cookie': handOver('REQUEST with another cookie', peer, '\0alice\0secret', () =>
    request(7)('0'.repeat(32)),
  ),
  'request-wrong-pid': handOver(
    'REQUEST with another session_pid',
    peer,
    '\0alice\0secret',
    request(8, '\tsession_pid=1'),
  ),
  'request-proxied': handOver('REQUEST for a proxied login', peer, '\0proxy1\0secret', request(9)),
  'request-unknown-client': after(
    'REQUEST for a client PID nobody has',
    send(`REQUEST\t9\t4243\t1\t${'0'.repeat(32)}`),
    read(),
  ),
  'request-short': after('REQUEST with too few arguments', send('REQUEST\t9\t4243\t1'), closed, logs(/BUG/)),
  'request-bad-cookie': after(
    'REQUEST, the cookie is not hexadecimal',
    send('REQUEST\t9\t4243\t1\tzz'),
    closed,
    logs(/BUG/),
  ),
  'cache-flush': {
    about: 'CACHE-FLUSH: nobody, one user, all; two users are in the cache',
    script: [
      hello,
      on(2, loginSocketOf(peer)),
      readUntil(/^DONE$/),
      send('VERSION\t1\t2', 'CPID\t4242', ...['sqluser@example.com', 'alice'].map(login)),
      read(2),
      on(1),
      send('VERSION\t1\t1', 'CACHE-FLUSH\t1\tnosuch', 'CACHE-FLUSH\t2\tsqluser@example.com'),
      read(2),
      send('CACHE-FLUSH\t3', 'CACHE-FLUSH\t4'),
      read(2),
    ],
  },
});

const start = (socket: string) => async (): Promise<Peer> =>
  peerOf(await startAuthSite(), (site) => site.socket(socket));

export const authMaster: readonly Recording[] = [
  { protocol: 'auth-master', start: start('auth-userdb'), cases: () => ({ ...lookups, ...endings }) },
  { protocol: 'auth-master', fresh: true, start: start('auth-master'), cases: master },
];
