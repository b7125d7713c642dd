/** Users: live updates, conflicts, weak users, and the list in a handshake. */
import { type Case, logs, on, read, readUntil, type Step, send } from './dialogue.ts';
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
  RIGHT,
  RING,
  ringCase,
  syncReturns,
} from './ring-steps.ts';

const ALICE = '1669653170';
const BOB = '2677887420';

/** Its mapping has at most 20 of the default 900 s left. */
const NEARLY_EXPIRED = 880;

export const users = (site: RingSite): Readonly<Record<string, Case>> => ({
  ...updates(site),
  ...lists(site),
  ...conflicts(site),
  'user-weak': ringCase(
    'a login of a user who nearly expired and now hashes to another backend: weak, until USER-WEAK has gone round',
    [...RING, '8: from a login process, socket login/director'],
    ...formRing(site),
    on(1),
    send(`USER\t${ALICE}\t127.0.0.11\t${site.since - NEARLY_EXPIRED}`),
    ...marker(site, 2, LEFT),
    ...login(site),
    on(1),
    read(),
    passOn(2, 1),
    read(),
    on(2),
    read(),
    on(8),
    read(),
  ),
});

/** `alice` with her password; the answer is left to be read. */
const login = (site: RingSite): readonly Step[] => [
  on(8, site.socket('login/director')),
  readUntil(/^DONE/),
  send('VERSION\t1\t2', 'CPID\t10001'),
  send('AUTH\t1\tPLAIN\tservice=imap\tsecured\tresp=AGFsaWNlAHB3'),
];

const updates = (site: RingSite): Readonly<Record<string, Case>> => {
  const from = (about: string, ...lines: string[]): Case =>
    ringCase(about, RING, ...formRing(site), on(1), send(...lines), ...marker(site, 2, LEFT));
  return {
    'user-login': ringCase(
      'a first login',
      [...RING, '8: from a login process, socket login/director'],
      ...formRing(site),
      ...login(site),
      on(1),
      read(),
      on(2),
      read(),
      on(8),
      read(),
    ),
    'peer-user': from(
      'new, refreshed, older, without a time stamp, expired, of an unknown backend',
      `USER\t${ALICE}\t127.0.0.11\t${site.since - 120}`,
      `USER\t${ALICE}\t127.0.0.11\t${site.since - 60}`,
      `USER\t${ALICE}\t127.0.0.11\t${site.since - 90}`,
      `USER\t${BOB}\t127.0.0.12`,
      `USER\t5\t127.0.0.12\t${site.since - 1000}`,
      `USER\t6\t127.0.0.99\t${site.since}`,
    ),
    'peer-user-weak': ringCase(
      'USER-WEAK in a ring of two comes back on the other connection, seen before or not',
      PAIR,
      ...formPair(site),
      on(1),
      send(`USER-WEAK\t${RIGHT}\t${site.port}\t1\t200\t127.0.0.11`),
      passOn(2, 2),
      on(1),
      read(),
    ),
  };
};

const lists = (site: RingSite): Readonly<Record<string, Case>> => {
  const at = (seconds: number): string => String(site.since + seconds);
  const showUsers: readonly Step[] = [...asAdmin(site), send('USER-LIST'), readUntil(/^$/)];
  return {
    'handshake-users': ringCase(
      'users of a handshake: older, weak, from the future, expired; they are not passed on',
      [...RING, ADMIN],
      ...formRing(site, {
        users: [
          `U\t${ALICE}\t127.0.0.11\t${at(-120)}`,
          `U\t${BOB}\t127.0.0.12\t${at(-60)}\tw`,
          `U\t7\t127.0.0.13\t${at(600)}`,
          `U\t8\t127.0.0.11\t${at(-1000)}`,
        ],
      }),
      ...showUsers,
    ),
    'handshake-users-old': ringCase(
      'the same from a peer of minor 8',
      [...RING, ADMIN],
      ...formRing(site, {
        version: 'VERSION\tdirector\t1\t8',
        users: [`USER\t${ALICE}\t127.0.0.11\t${at(-120)}`, `USER\t${BOB}\t127.0.0.12\t${at(-60)}\tw`],
      }),
      ...showUsers,
    ),
    'users-sent': ringCase('users are told to a new right', [...RING, '4: to 127.1.1.4'], ...newRight(site, 9)),
    'users-sent-old': ringCase(
      'users are told to a new right of minor 8',
      [...RING, '4: to 127.1.1.4'],
      ...newRight(site, 8),
    ),
  };
};

/** Users from the left, one of them weak, then a right that has to be connected again. */
const newRight = (site: RingSite, minor: number): readonly Step[] => [
  ...formRing(site, {
    users: [
      `U\t${ALICE}\t127.0.0.11\t${site.since - 120}`,
      `U\t7\t127.0.0.13\t${site.since - 90}`,
      `U\t${BOB}\t127.0.0.12\t${site.since - 60}\tw`,
    ],
  }),
  on(2),
  send(`CONNECT\t127.1.1.5\t${site.port}`),
  ...leaves,
  on(4, site.peers.to(RIGHT)),
  readUntil(/^DIRECTOR\t127\.1\.1\.9/),
  send(`VERSION\tdirector\t1\t${minor}`, ME(site, RIGHT)),
  readUntil(/^DONE/),
  send('DONE'),
  syncReturns(4, 1),
];

/** The ring has to know of a user before somebody can disagree. */
const conflicts = (site: RingSite): Readonly<Record<string, Case>> => {
  const conflict = (about: string, ours: string, theirs: string): Case =>
    ringCase(
      about,
      RING,
      ...formRing(site),
      on(1),
      send(`USER\t100\t${ours}\t${site.since - 60}`),
      ...marker(site, 2, LEFT),
      on(1),
      send(`USER\t100\t${theirs}\t${site.since - 30}`),
      logs(/two hosts/),
      ...marker(site, 3, LEFT),
    );
  return {
    'user-conflict-kept': conflict('two backends for a user: ours is the lower', '127.0.0.11', '127.0.0.12'),
    'user-conflict-changed': conflict('two backends for a user: theirs is the lower', '127.0.0.12', '127.0.0.11'),
    'handshake-conflict': ringCase(
      'two backends for a user, in a handshake',
      [...RING, '3: from 127.1.1.9'],
      ...formRing(site),
      on(1),
      send(`USER\t100\t127.0.0.12\t${site.since - 60}`),
      ...marker(site, 2, LEFT),
      ...leftHandshake(site, 3, { ip: LEFT, isComplete: true, users: [`U\t100\t127.0.0.11\t${site.since - 30}`] }),
      syncReturns(2, 3),
    ),
  };
};
