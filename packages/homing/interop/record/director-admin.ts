/** director-admin: what `doveadm director` and poolmon say to a director. */
import { type Case, closed, logs, read, readUntil, type Step, send } from './dialogue.ts';
import { startDirectorSite } from './director-site.ts';
import { peerOf, type Recording } from './recording.ts';

const VERSION = 'VERSION\tdirector-doveadm\t1\t0';
const greeting: readonly Step[] = [read(), send(VERSION)];
const list = readUntil(/^$/);
const after = (about: string, ...script: Step[]): Case => ({ about, script: [...greeting, ...script] });
const ask = (about: string, ...lines: string[]): Case =>
  after(about, ...lines.flatMap((line): Step[] => [send(line), read()]));
const refused = (about: string, line: string): Case => after(about, send(line), closed, logs(/Error/));

const HASH_ALICE = '1669653170';
const HASH_BOB = '2677887420';
const each = (...lines: string[]): Step[] => lines.flatMap((line): Step[] => [send(line), read()]);
/** Makes a user known without a login. */
const moved = (hash: string, ip: string): Step[] => each(`USER-MOVE\t${hash}\t${ip}`);

const lists: Readonly<Record<string, Case>> = {
  'host-list': after('HOST-LIST with two tags, nobody logged in', send('HOST-LIST'), list),
  'host-list-thrice': after(
    'HOST-LIST three times in one write',
    send('HOST-LIST', 'HOST-LIST', 'HOST-LIST'),
    list,
    list,
    list,
  ),
  'host-list-removed': after('HOST-LIST-REMOVED, nothing removed', send('HOST-LIST-REMOVED'), list),
  'director-list-alone': after('DIRECTOR-LIST of a director that is alone', send('DIRECTOR-LIST'), list),
  'user-list-empty': after('USER-LIST, nobody logged in', send('USER-LIST'), list),
  'user-lookup-unknown': ask('USER-LOOKUP of a user nobody has seen', 'USER-LOOKUP\talice\t'),
  'user-lookup-tag': ask('USER-LOOKUP with a tag', 'USER-LOOKUP\ttina\ttagA'),
  'user-lookup-bad-tag': ask('USER-LOOKUP with a tag no backend has', 'USER-LOOKUP\talice\tnosuch'),
  'user-lookup-hash': ask('USER-LOOKUP of a hash', 'USER-LOOKUP\t1669653170\t'),
  'user-move': ask(
    'USER-MOVE makes a user known',
    `USER-MOVE\t${HASH_ALICE}\t127.0.0.11`,
    `USER-MOVE\t${HASH_ALICE}\t127.0.0.11`,
    'USER-LOOKUP\talice\t',
  ),
  'user-move-again': ask(
    'USER-MOVE of a user whose move is not over yet',
    `USER-MOVE\t${HASH_ALICE}\t127.0.0.11`,
    `USER-MOVE\t${HASH_ALICE}\t127.0.0.12`,
    `USER-MOVE\t${HASH_ALICE}\t127.0.0.11`,
  ),
  'user-move-unknown-host': ask('USER-MOVE to no backend of ours', `USER-MOVE\t${HASH_ALICE}\t127.0.0.99`),
  'user-list': after(
    'USER-LIST, also of one backend; HOST-LIST counts users',
    ...moved(HASH_ALICE, '127.0.0.12'),
    ...moved(HASH_BOB, '127.0.0.11'),
    send('USER-LIST'),
    list,
    send('USER-LIST\t127.0.0.12'),
    list,
    send('HOST-LIST'),
    list,
  ),
  'user-kick': ask('USER-KICK', 'USER-KICK\talice'),
  'user-kick-alt': ask('USER-KICK-ALT', 'USER-KICK-ALT\tuser_group\tg1'),
};

const changes: Readonly<Record<string, Case>> = {
  'host-set': after(
    'HOST-SET adds, changes, re-announces',
    ...each(
      'HOST-SET\t127.0.0.15\t50',
      'HOST-SET\t127.0.0.16@tagA',
      'HOST-SET\t127.0.0.15',
      'HOST-SET\t127.0.0.15\t60',
      'HOST-SET\t127.0.0.15\t1001',
      'HOST-SET\t127.0.0.15@other\t10',
    ),
    send('HOST-LIST'),
    list,
  ),
  'host-update': after(
    'HOST-UPDATE changes, never adds',
    ...each('HOST-UPDATE\t127.0.0.11\t70', 'HOST-UPDATE\t127.0.0.99\t60', 'HOST-UPDATE\t127.0.0.11\t1001'),
    send('HOST-LIST'),
    list,
  ),
  'host-down-up': after(
    'HOST-DOWN and HOST-UP, each also when it is so already',
    ...each('HOST-DOWN\t127.0.0.12', 'HOST-DOWN\t127.0.0.12', 'USER-LOOKUP\talice\t'),
    send('HOST-LIST'),
    list,
    ...each('HOST-UP\t127.0.0.12', 'HOST-UP\t127.0.0.12', 'HOST-UP\t127.0.0.99', 'HOST-DOWN\t127.0.0.99'),
    send('HOST-LIST'),
    list,
  ),
  'host-vhosts-zero': after(
    'a backend with 0 vhosts gets no new users',
    ...each('HOST-SET\t127.0.0.12\t0', 'USER-LOOKUP\talice\t', 'HOST-SET\t127.0.0.11\t0', 'USER-LOOKUP\talice\t'),
  ),
  'host-flush': after(
    'HOST-FLUSH of one, an unknown one, all',
    ...moved(HASH_ALICE, '127.0.0.12'),
    ...moved(HASH_BOB, '127.0.0.11'),
    ...each('HOST-FLUSH\t127.0.0.12', 'HOST-FLUSH\t127.0.0.99', 'USER-LOOKUP\talice\t', 'USER-LOOKUP\tbob\t'),
    ...each('HOST-FLUSH', 'USER-LOOKUP\tbob\t'),
  ),
  'host-reset-users': ask(
    'HOST-RESET-USERS of one, all, an unknown one',
    'HOST-RESET-USERS\t127.0.0.12\t10',
    'HOST-RESET-USERS',
    'HOST-RESET-USERS\t127.0.0.99',
  ),
  'host-remove': after(
    'HOST-REMOVE',
    ...moved(HASH_ALICE, '127.0.0.11'),
    ...each('HOST-REMOVE\t127.0.0.11', 'HOST-REMOVE\t127.0.0.11', 'USER-LOOKUP\talice\t'),
    send('HOST-LIST-REMOVED'),
    list,
    send('HOST-LIST'),
    list,
  ),
  'poolmon-down': {
    about: 'poolmon: two lines back to back; the answer to the second is lost where the first has to wait',
    script: [...greeting, send('HOST-DOWN\t127.0.0.12', 'HOST-FLUSH\t127.0.0.12'), read(2)],
  },
};

const errors: Readonly<Record<string, Case>> = {
  'version-major': {
    about: 'another major version',
    script: [read(), send('VERSION\tdirector-doveadm\t2\t0'), closed, logs(/Error/)],
  },
  'version-missing': { about: 'no VERSION line', script: [read(), send('HELLO'), closed, logs(/Error/)] },
  'version-minor-99': {
    about: 'a higher minor is accepted',
    script: [read(), send('VERSION\tdirector-doveadm\t1\t99', 'USER-LOOKUP\tnobody\t'), read()],
  },
  'bad-command': refused('unknown command', 'NOSUCH\tx'),
  'bad-empty-line': refused('an empty line', ''),
  'bad-case': refused('commands are case sensitive', 'host-list'),
  'bad-host-set': refused('HOST-SET with a name', 'HOST-SET\tfoo'),
  'bad-host-update': refused('HOST-UPDATE without a count', 'HOST-UPDATE\t127.0.0.11'),
  'bad-user-move': refused('USER-MOVE without a backend', 'USER-MOVE\talice'),
  'bad-user-kick': refused('USER-KICK without a user', 'USER-KICK'),
  'bad-host-reset-users': refused('HOST-RESET-USERS with a maximum of 0', 'HOST-RESET-USERS\t\t0'),
};

export const directorAdmin: readonly Recording[] = [
  {
    protocol: 'director-admin',
    start: async () => peerOf(await startDirectorSite(), (site) => site.socket('director-admin')),
    fresh: true,
    cases: () => ({ ...lists, ...changes, ...errors }),
  },
];
