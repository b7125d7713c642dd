/** How a ring forms and threads itself anew: handshakes, CONNECT, QUIT, lists of directors. */
import { type Case, closed, logs, on, read, readUntil, type Step, send, sendBytes } from './dialogue.ts';
import type { RingSite } from './ring-site.ts';
import {
  ADMIN,
  asAdmin,
  formPair,
  formRing,
  LEFT,
  leaves,
  leftHandshake,
  ME,
  marker,
  PAIR,
  passOn,
  quit,
  RIGHT,
  RING,
  rightHandshake,
  rightOpens,
  ringCase,
  syncReturns,
  TO_RIGHT,
} from './ring-steps.ts';

const NEW_HOSTS = ['HOST\t127.0.0.11\t110\t\tU0\t', 'HOST\t127.0.0.21\t50\tgold\tD1795200000\tbackend21.example.com'];

export const formation = (site: RingSite): Readonly<Record<string, Case>> => ({
  ...joining(site),
  ...threading(site),
  ...members(site),
  ping: ringCase('PING is answered, with and without arguments', PAIR, ...pings(site)),
});

const joining = (site: RingSite): Readonly<Record<string, Case>> => ({
  'join-pair': ringCase('two directors form a ring, both handshakes', PAIR, ...formPair(site)),
  'join-ring': ringCase('three directors form a ring', RING, ...formRing(site)),
  'join-crlf': ringCase(
    'a peer that ends its lines with CRLF',
    [TO_RIGHT, '1: from 127.1.1.9'],
    ...rightHandshake(site),
    on(1, site.peers.from(LEFT)),
    sendBytes(`VERSION\tdirector\t1\t9\r\n${ME(site, LEFT)}\r\nOPTIONS\tconsistent-hashing\r\nDONE\r\n`),
    readUntil(/^DONE/),
    syncReturns(),
  ),
  'join-complete-ring': ringCase(
    'a director joins a complete ring: its left replaces its backends',
    RING,
    ...rightHandshake(site),
    ...leftHandshake(site, 1, { ip: LEFT, isComplete: true, hosts: NEW_HOSTS }),
    syncReturns(),
    ...marker(site, 1, LEFT),
  ),
  'join-incomplete': ringCase(
    'a director without a ring joins one: its backends are ignored',
    [...RING, '3: from 127.1.1.9'],
    ...formRing(site),
    ...leftHandshake(site, 3, { ip: LEFT, hosts: NEW_HOSTS }),
    syncReturns(2, 3),
    ...marker(site, 1, LEFT, 3),
  ),
  'join-merge': ringCase(
    'two complete rings join: backends are merged',
    [...RING, '3: from 127.1.1.9'],
    ...formRing(site),
    ...leftHandshake(site, 3, { ip: LEFT, isComplete: true, hosts: NEW_HOSTS }),
    syncReturns(2, 3),
    ...marker(site, 1, LEFT, 3),
  ),
});

/** The peer answers CONNECT by leaving. */
const leftLeaves: readonly Step[] = [on(1), readUntil(/^CONNECT\t/), ...quit('CONNECT requested'), closed];

const threading = (site: RingSite): Readonly<Record<string, Case>> => ({
  'left-nearer': ringCase(
    'a director nearer on the left connects: the left is sent to it, and it becomes left',
    ['1: from 127.1.1.5', TO_RIGHT, '3: from 127.1.1.9'],
    ...formRing(site, { ip: '127.1.1.5' }),
    ...leftHandshake(site, 3, { ip: LEFT }),
    ...leftLeaves,
    syncReturns(2, 3),
    ...marker(site, 1, LEFT, 3),
  ),
  'left-farther': ringCase(
    'a director farther on the left connects: it is sent to the left',
    [...RING, '3: from 127.1.1.7'],
    ...formRing(site),
    ...leftHandshake(site, 3, { ip: '127.1.1.7' }),
    readUntil(/^CONNECT\t/),
    ...quit('CONNECT requested'),
    closed,
    ...marker(site, 2, LEFT),
  ),
  'left-replaced': ringCase(
    'the left connects again: the old connection ends',
    [...RING, '3: from 127.1.1.9'],
    ...formRing(site),
    ...leftHandshake(site, 3, { ip: LEFT }),
    on(1),
    ...leaves,
    syncReturns(2, 3),
  ),
  'connect-nearer': ringCase(
    'CONNECT to a director nearer on the right: followed',
    [...RING, '4: to 127.1.1.3'],
    ...formRing(site),
    on(2),
    send(`CONNECT\t127.1.1.3\t${site.port}`),
    ...leaves,
    ...rightHandshake(site, 4, '127.1.1.3'),
    syncReturns(4, 1),
  ),
  'connect-farther': ringCase(
    'CONNECT to a director farther on the right: not followed, the connection is made anew a second later',
    [...RING, '4: to 127.1.1.4'],
    ...formRing(site),
    on(2),
    send(`CONNECT\t127.1.1.5\t${site.port}`),
    ...leaves,
    ...rightHandshake(site, 4),
    syncReturns(4, 1),
  ),
  'me-other': ringCase(
    'a peer that says it is somebody else',
    ['2: to 127.1.1.4'],
    on(2, site.peers.to(RIGHT)),
    readUntil(/^DIRECTOR\t127\.1\.1\.9/),
    send('VERSION\tdirector\t1\t9', ME(site, '127.1.1.5')),
    ...leaves,
    logs(/someone else/),
  ),
  'host-list-from-right': ringCase(
    'a host list on a connection that the director opened',
    [TO_RIGHT],
    ...rightOpens(site),
    readUntil(/^DONE/),
    send('HOST-HAND-START\t1'),
    ...leaves,
    logs(/Host list/),
  ),
});

const members = (site: RingSite): Readonly<Record<string, Case>> => ({
  'quit-left': ringCase(
    'the left says QUIT',
    RING,
    ...formRing(site),
    on(1),
    send('QUIT\tbye bye'),
    ...leaves,
    logs(/bye bye/),
  ),
  shutdown: ringCase(
    'the director is stopped',
    RING,
    ...formRing(site),
    stop(site),
    on(2),
    ...leaves,
    on(1),
    ...leaves,
  ),
  'director-line': ringCase(
    'DIRECTOR lines: new ones are passed on, but not of who would be a nearer right',
    RING,
    ...formRing(site),
    on(1),
    send(
      `DIRECTOR\t127.1.1.1\t${site.port}`,
      `DIRECTOR\t127.1.1.2\t${site.port}`,
      `DIRECTOR\t127.1.1.6\t${site.port}`,
      `DIRECTOR\t127.1.1.9\t${site.port}`,
    ),
    ...marker(site, 2, LEFT),
  ),
  'director-remove-left': ringCase(
    'DIRECTOR-REMOVE of the left',
    RING,
    ...formRing(site),
    on(2),
    send(`DIRECTOR-REMOVE\t${LEFT}\t${site.port}`),
    on(1),
    ...leaves,
  ),
  'director-remove': ringCase(
    'DIRECTOR-REMOVE of the director itself, of an unknown one, of a known one twice',
    RING,
    ...formRing(site),
    on(1),
    send(
      `DIRECTOR-REMOVE\t127.1.1.1\t${site.port}`,
      `DIRECTOR-REMOVE\t127.1.1.77\t${site.port}`,
      `DIRECTOR-REMOVE\t127.1.1.7\t${site.port}`,
      `DIRECTOR-REMOVE\t127.1.1.7\t${site.port}`,
    ),
    syncReturns(),
  ),
  'admin-director-add': ringCase(
    'an administrator adds a director and removes another',
    [...RING, ADMIN],
    ...formRing(site),
    ...asAdmin(site),
    send('DIRECTOR-ADD\t127.1.1.6'),
    on(2),
    read(),
    on(1),
    read(),
    on(9),
    read(),
    send(`DIRECTOR-REMOVE\t127.1.1.7\t${site.port}`),
    on(1),
    read(),
    passOn(2, 1),
  ),
});

const stop =
  (site: RingSite): Step =>
  () => {
    site.stop();
    return Promise.resolve();
  };

const pings = (site: RingSite): readonly Step[] => [
  on(2, site.peers.to(RIGHT, 'shown')),
  readUntil(/^DIRECTOR\t127\.1\.1\.9/),
  send('VERSION\tdirector\t1\t9', ME(site, RIGHT)),
  readUntil(/^DONE/),
  send('DONE', `PING\t${site.since}\t5`),
  read(),
  send('PING'),
  read(),
  send('PING\tx\ty'),
  read(),
  send('PONG\t1\t2'),
  ...leftHandshake(site, 1, { ip: RIGHT }),
  on(2),
  readUntil(/^PING\t/),
  send(`PONG\t${site.since}\t0`),
  send(`PING\t${site.since - 10}\t5`),
  read(),
  logs(/PING response took/),
];
