/** Lines that end a connection: wrong ones, and right ones at the wrong time. */
import { type Case, closed, logs, on, readUntil, type Step, send, sendBytes } from './dialogue.ts';
import type { RingSite } from './ring-site.ts';
import { formRing, LEFT, leaves, ME, PAIR, RING, ringCase } from './ring-steps.ts';

const VERSION = 'VERSION\tdirector\t1\t9';
const FROM = PAIR.slice(0, 1);

export const refusals = (site: RingSite): Readonly<Record<string, Case>> => ({
  ...beforeMe(site),
  ...handshake(site),
  ...afterwards(site),
});

const beforeMe = (site: RingSite): Readonly<Record<string, Case>> => {
  const first = (about: string, ...lines: string[]): Case =>
    ringCase(
      about,
      FROM,
      on(1, site.peers.from('127.1.1.4')),
      send(...lines),
      readUntil(/^ME\t/),
      closed,
      logs(/Error/),
    );
  return {
    'refused-address': ringCase(
      'an address that is not in director_servers',
      ['1: from 127.1.1.99'],
      on(1, site.peers.from('127.1.1.99')),
      closed,
      logs(/not listed/),
    ),
    'bad-version-name': first('another protocol', 'VERSION\tdirectorx\t1\t9'),
    'bad-version-major': first('another major version', 'VERSION\tdirector\t2\t0'),
    'bad-version-number': first('a version that is no number', 'VERSION\tdirector\t1\tx'),
    'bad-version-missing': first('ME first', ME(site, '127.1.1.4')),
    'bad-version-short': first('VERSION without a minor', 'VERSION\tdirector\t1'),
    'bad-empty-first': first('an empty line first', ''),
  };
};

const handshake = (site: RingSite): Readonly<Record<string, Case>> => {
  const after = (about: string, ...steps: Step[]): Case =>
    ringCase(about, FROM, on(1, site.peers.from('127.1.1.4')), ...steps, readUntil(/^ME\t/), ...leaves, logs(/Error/));
  const me = ME(site, '127.1.1.4');
  const quitAfter = (about: string, ...lines: string[]): Case => after(about, send(VERSION, me, ...lines));
  return {
    'bad-me-missing': after('a command before ME', send(VERSION, `DIRECTOR\t127.1.1.4\t${site.port}`)),
    'bad-me-twice': quitAfter('ME twice', me),
    'bad-me-short': after('ME without a port', send(VERSION, 'ME\t127.1.1.4')),
    'bad-me-port': after('ME with port 0', send(VERSION, 'ME\t127.1.1.4\t0')),
    'bad-me-ip': after('ME with no address', send(VERSION, `ME\tfoo\t${site.port}`)),
    'bad-me-time': after('ME with no time', send(VERSION, `ME\t127.1.1.4\t${site.port}\tx`)),
    'bad-me-self': ringCase(
      'a peer that says it is the director itself',
      FROM,
      on(1, site.peers.from('127.1.1.4')),
      send(VERSION, ME(site, '127.1.1.1'), 'DONE'),
      readUntil(/^DONE/),
      ...leaves,
      logs(/self/),
    ),
    'bad-options': quitAfter('OPTIONS without consistent-hashing', 'OPTIONS\tfoo'),
    'bad-host-list': quitAfter('PING inside the host list', 'HOST-HAND-START\t0', 'PING\t1\t2'),
    'bad-host-list-host': quitAfter('HOST without a count', 'HOST-HAND-START\t0', 'HOST\t127.0.0.15'),
    'bad-host-list-state': quitAfter('HOST neither up nor down', 'HOST-HAND-START\t0', 'HOST\t127.0.0.15\t1\t\tX5\t'),
    'bad-host-hand-start': quitAfter('HOST-HAND-START without a flag', 'HOST-HAND-START'),
    'bad-u-backend': quitAfter('a user of an unknown backend', `U\t5\t127.0.0.99\t${site.since}`),
    'bad-u': quitAfter('U without a time', 'U\t5\t127.0.0.11'),
  };
};

const afterwards = (site: RingSite): Readonly<Record<string, Case>> => {
  const origin = `${LEFT}\t${site.port}\t1`;
  const bad = (about: string, sent: Step): Case =>
    ringCase(about, RING, ...formRing(site), on(1), sent, ...leaves, logs(/Error: director\(127\.1\.1\.9/));
  const line = (about: string, text: string): Case => bad(about, send(text));
  return {
    'bad-command': line('an unknown command', 'BOGUS\t1'),
    'bad-escaped': line('an unknown command with escapes', 'BO\x01tGUS\ta\x01tb'),
    'bad-done-again': line('DONE after the handshake', 'DONE'),
    'bad-empty-line': line('an empty line', ''),
    'bad-line-length': bad('a line that does not end', sendBytes('X'.repeat(1100))),
    'bad-user': line('USER without a backend', 'USER\t5'),
    'bad-user-hash': line('USER with a hash of more than 32 bits', `USER\t4294967296\t127.0.0.11\t${site.since}`),
    'bad-user-time': line('USER with an empty time', 'USER\t5\t127.0.0.11\t'),
    'bad-director': line('DIRECTOR without a port', 'DIRECTOR\t127.1.1.5'),
    'bad-connect': line('CONNECT with three arguments', `CONNECT\t127.1.1.5\t${site.port}\tx`),
    'bad-connect-ip': line('CONNECT to no address', `CONNECT\tfoo\t${site.port}`),
    'bad-host': line('HOST without a count', `HOST\t${origin}\t127.0.0.15`),
    'bad-host-remove': line('HOST-REMOVE with an argument too many', `HOST-REMOVE\t${origin}\t127.0.0.15\tx`),
    'bad-user-move': line('USER-MOVE without a backend', `USER-MOVE\t${origin}\t5`),
    'bad-user-killed': line('USER-KILLED without a user', 'USER-KILLED'),
    'bad-user-kick': line('USER-KICK with two users', `USER-KICK\t${origin}\ta\tb`),
    'bad-sync': line('SYNC without a number', `SYNC\t${LEFT}\t${site.port}`),
    'bad-shunned': ringCase(
      'after an error the peer is not welcome for a minute',
      [...RING, '3: from 127.1.1.9'],
      ...formRing(site),
      on(1),
      send('BOGUS'),
      ...leaves,
      on(3, site.peers.from(LEFT)),
      send(VERSION, ME(site, LEFT)),
      readUntil(/^ME\t/),
      ...leaves,
      logs(/recently/),
    ),
    'bad-sync-hash': line('SYNC with a hash that is no number', `SYNC\t${LEFT}\t${site.port}\t5\t9\t1\tx`),
  };
};
