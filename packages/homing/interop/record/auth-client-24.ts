/** auth-client of 2.4: its auth server asked by a script, and its login processes asking it. */
import { answerAt } from '../lib/login24.ts';
import type { Tapped, UnixTap } from '../lib/tap.ts';
import { HOST, startAuthSite24, startTappedSite, type TappedSite } from './auth-site-24.ts';
import { type Case, closed, type Dialogue, read, readUntil, type Step, send } from './dialogue.ts';
import { type Peer, peerOf, type Recording } from './recording.ts';

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const plain = (user: string, password = 'secret', authzid = ''): string => base64(`${authzid}\0${user}\0${password}`);
const PLAIN = 'AUTH\t1\tPLAIN\tprotocol=imap\tfinal-resp-ok\tno-penalty';
const auth = (user: string, password?: string, parameters = ''): string =>
  `${PLAIN}${parameters}\tresp=${plain(user, password)}`;

const handshake = (minor = 3): Step[] => [send(`VERSION\t1\t${minor}`, 'CPID\t4242'), readUntil(/^DONE$/)];
const after = (about: string, ...script: Step[]): Case => ({ about, script: [...handshake(), ...script] });
const ask = (about: string, ...lines: string[]): Case => after(about, ...lines.flatMap((line) => [send(line), read()]));

const asked: Readonly<Record<string, Case>> = {
  hello: { about: "the server's hello comes after the client's", script: handshake() },
  'hello-minor-2': { about: 'the same for a client of 2.3', script: handshake(2) },
  'plain-ok': ask('PLAIN', auth('alice')),
  'plain-service-key': ask('the key of 2.3', auth('alice').replace('protocol=', 'service=')),
  'plain-wrong-password': ask('wrong password', auth('alice', 'bad')),
  'plain-unknown-user': ask('no such user', auth('nosuch')),
  'plain-denied': ask('user in a deny passdb', auth('denied')),
  'plain-forward-fields': ask(
    'forward_fields come back as forward_ fields',
    auth('forward', 'secret', '\tforward_fields=a=b\x01tc=d\x01te'),
  ),
  'plain-continued': ask('PLAIN without an initial response', PLAIN, `CONT\t1\t${plain('alice')}`),
  'cont-parameters': ask('parameters behind the payload', PLAIN, `CONT\t1\t${plain('alice')}\tchannel_binding=AAAA`),
  'cont-out-of-band': ask('no payload', PLAIN, 'CONT\t1\t#\tchannel_binding=AAAA'),
  login: ask('LOGIN', PLAIN.replace('PLAIN', 'LOGIN'), `CONT\t1\t${base64('alice')}`, `CONT\t1\t${base64('secret')}`),
  'master-separator': ask('master user', auth('alice*admin', 'topsecret')),
  'cancel-minor-3': after(
    'CANCEL is silent, and the id is free',
    send(PLAIN),
    read(),
    send('CANCEL\t1', auth('alice')),
    read(),
  ),
  'bad-base64': ask('bad base64 in the initial response', `${PLAIN}\tresp=!!!!`),
  'bad-no-protocol': after('neither protocol nor service', send(auth('alice').replace('protocol=imap\t', '')), closed),
  'bad-external': after('EXTERNAL where it is not offered', send(PLAIN.replace('PLAIN', 'EXTERNAL')), closed),
};

const onLoginSocket: Readonly<Record<string, Case>> = Object.fromEntries(
  Object.entries({
    local: 'alice',
    nologin: 'nologin',
    'proxy-host': 'proxy1',
    'proxy-no-host': 'proxynohost',
    'proxy-maybe-other': 'maybeother',
    'proxy-nopassword': 'nopw',
    'proxy-tag': 'tagged',
  }).map(([name, user]) => [
    `login-socket-${name}`,
    ask(`${name}, on login/login`, auth(user, 'secret', '\tlip=127.0.0.1\tlport=143')),
  ]),
);

/** Which client pids and sessions these were is chance, and masks see neither. */
const steady = (bytes: string): string => bytes.replace(/^CPID\t\d+$/gm, 'CPID\t4242');

/** What a login process and its auth server say to each other while somebody logs in. */
export const overheard = (tap: UnixTap, about: string, act: () => Promise<unknown>): Case => ({
  about,
  script: [
    async (dialogue: Dialogue): Promise<void> => {
      const number = tap.connections.length;
      await act();
      const { said } = await tap.ended(number);
      for (const { from, bytes } of inOrder(said)) dialogue.record(from, steady(bytes));
    },
  ],
});

/** Both sides say hello at once. */
export const inOrder = (said: Tapped['said']): Tapped['said'] => {
  const first = said.findIndex(({ from }) => from === 'C');
  return first === -1 ? said : [...said.slice(first, first + 1), ...said.slice(0, first), ...said.slice(first + 1)];
};

const logins = (site: TappedSite): Readonly<Record<string, Case>> => {
  const cases: Record<string, Case> = {};
  for (const protocol of ['imap', 'pop3', 'submission', 'sieve'] as const) {
    for (const [name, user, password] of [
      ['proxied', 'pinned', 'secret'],
      ['wrong-password', 'alice', 'bad'],
      ['nologin', 'nologin', 'secret'],
    ] as const) {
      const endpoint = { host: HOST, port: site.listening[protocol] };
      const login = (): Promise<string> => answerAt(endpoint, protocol, user, password);
      cases[`${protocol}-login-${name}`] = overheard(site.taps.login, `${protocol}-login: ${name}`, login);
    }
  }
  return cases;
};

const start = (socket: string) => async (): Promise<Peer> =>
  peerOf(await startAuthSite24(), (site) => site.socket(socket));

const protocol = 'auth-client-2.4';

export const authClient24: readonly Recording[] = [
  { protocol, of: '2.4', start: start('auth-client'), cases: () => asked },
  { protocol, of: '2.4', start: start('login/login'), cases: () => onLoginSocket },
  {
    protocol,
    of: '2.4',
    start: start('legacy'),
    cases: () => ({
      'hello-legacy': { about: 'a listener for those who wait for the hello', script: [readUntil(/^DONE$/)] },
    }),
  },
];

export const loginProcesses24: Recording<TappedSite> = {
  protocol,
  of: '2.4',
  fresh: true,
  start: startTappedSite,
  cases: logins,
};
