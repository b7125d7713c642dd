/** anvil: what login and mail processes, the auth server and doveadm say to Dovecot's anvil. */
import { startDovecot } from '../lib/dovecot.ts';
import { type Case, closed, logs, read, readUntil, type Step, send } from './dialogue.ts';
import { peerOf, type Recording } from './recording.ts';

const HELLO = 'VERSION\tanvil\t1\t0';
const U1 = 'imap/10.0.0.1/u1@example.com';
const list = readUntil(/^$/);

const after = (about: string, ...script: Step[]): Case => ({ about, script: [send(HELLO), ...script] });
const refused = (about: string, line: string): Case => after(about, send(line), closed, logs(/Error/));
const connect = (pid: number, ident: string): string => `CONNECT\t${pid}\t${ident}`;

const cases: Readonly<Record<string, Case>> = {
  'connect-lookup': after(
    'connections are counted, over all processes',
    send(connect(101, U1), connect(101, U1), connect(102, U1), `LOOKUP\t${U1}`),
    read(),
    send(`DISCONNECT\t101\t${U1}`, `LOOKUP\t${U1}`, 'LOOKUP\timap/10.0.0.9/nobody'),
    read(2),
  ),
  'connect-dump': after(
    'one process, twice connected',
    send(connect(101, U1), connect(101, U1), 'CONNECT-DUMP'),
    list,
    send(`DISCONNECT\t101\t${U1}`, 'CONNECT-DUMP'),
    list,
    send(`DISCONNECT\t101\t${U1}`, 'CONNECT-DUMP'),
    list,
  ),
  'connect-dump-escaped': after('a TAB in a name', send(connect(101, 'imap/10.0.0.1/a\x01tb'), 'CONNECT-DUMP'), list),
  'disconnect-unknown': after(
    'a connection nobody made',
    send(`DISCONNECT\t101\t${U1}`, `LOOKUP\t${U1}`),
    read(),
    logs(/Error/),
  ),
  'penalty-get': after('nothing known', send('PENALTY-GET\t10.0.0.1', 'PENALTY-DUMP'), read(), list),
  'penalty-inc': after(
    'a new checksum counts, a known one does not',
    send('PENALTY-INC\t10.0.0.1\t111\t1', 'PENALTY-GET\t10.0.0.1', 'PENALTY-INC\t10.0.0.1\t222\t2'),
    read(),
    send('PENALTY-GET\t10.0.0.1', 'PENALTY-INC\t10.0.0.1\t111\t3', 'PENALTY-GET\t10.0.0.1', 'PENALTY-DUMP'),
    read(2),
    list,
  ),
  'penalty-reset': after(
    'without a checksum the value is set',
    send('PENALTY-INC\t10.0.0.1\t111\t4', 'PENALTY-INC\t10.0.0.1\t0\t0', 'PENALTY-GET\t10.0.0.1'),
    read(),
  ),
  'penalty-dump': after(
    'least recently touched first',
    send('PENALTY-INC\ta\t1\t1', 'PENALTY-INC\tb\t1\t2', 'PENALTY-INC\ta\t1\t2', 'PENALTY-DUMP'),
    list,
  ),
  'penalty-expire-secs': after('no reply', send('PENALTY-SET-EXPIRE-SECS\t29', 'PENALTY-GET\t10.0.0.1'), read()),
  'empty-line': after('is skipped', send('', `LOOKUP\t${U1}`), read()),
  'bad-command': refused('unknown command', 'NOSUCH'),
  'bad-connect': refused('no ident', 'CONNECT\t101'),
  'bad-pid': refused('a pid that is no number', `CONNECT\tx\t${U1}`),
  'bad-kill': refused('only the master may', 'KILL\t101'),
  'bad-lookup': refused('no ident', 'LOOKUP'),
  'bad-penalty-inc': refused('no penalty for a checksum', 'PENALTY-INC\t10.0.0.1\t111\t0'),
  'bad-penalty-value': refused('a penalty too large', 'PENALTY-INC\t10.0.0.1\t0\t70000'),
  'bad-expire-secs': refused('no number', 'PENALTY-SET-EXPIRE-SECS'),
  'line-too-long': refused('1100 bytes without an end', `LOOKUP\t${'x'.repeat(1100)}`),
  'version-major': {
    about: 'another major version',
    script: [send('VERSION\tanvil\t2\t0'), closed, logs(/Error/)],
  },
  'version-missing': { about: 'no version', script: [send('CONNECT-DUMP'), closed, logs(/Error/)] },
};

export const anvil: Recording[] = [
  {
    protocol: 'anvil',
    fresh: true,
    start: async () => peerOf(await startDovecot({ config: () => 'protocols =\n' }), (peer) => peer.socket('anvil')),
    cases: () => cases,
  },
];
