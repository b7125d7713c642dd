/** What changes for all: backends, moves, kicks; started by an administrator here, or by another director. */
import { type Case, logs, on, read, readUntil, type Step, send } from './dialogue.ts';
import type { RingSite } from './ring-site.ts';
import {
  ADMIN,
  asAdmin,
  formPair,
  formRing,
  LEFT,
  marker,
  PAIR,
  passOn,
  RIGHT,
  RING,
  ringCase,
  syncReturns,
} from './ring-steps.ts';

const HASH = '1669653170';
const WITH_ADMIN = [...RING, ADMIN];

export const changes = (site: RingSite): Readonly<Record<string, Case>> => ({
  ...byAdmin(site),
  ...byPeer(site),
  ...moves(site),
  ...kicks(site),
});

/** An administrator's command whose line goes both ways, and whose SYNC goes round before the reply. */
const change = (line: string): readonly Step[] => [on(9), send(line), on(1), read(), syncReturns(), on(9), read()];

const byAdmin = (site: RingSite): Readonly<Record<string, Case>> => {
  const after = (about: string, ...lines: string[]): Case =>
    ringCase(about, WITH_ADMIN, ...formRing(site), ...asAdmin(site), ...lines.flatMap(change));
  return {
    'host-set': after(
      'new backends, one with a tag',
      'HOST-SET\t127.0.0.15\t50',
      'HOST-SET\t127.0.0.16@tagA',
      'HOST-SET\t2001:db8::1\t10',
    ),
    'host-set-again': after('HOST-SET that changes nothing is told all the same', 'HOST-SET\t127.0.0.12'),
    'host-update': after('another vhost count', 'HOST-UPDATE\t127.0.0.12\t60'),
    'host-down-up': after('down, and up again', 'HOST-DOWN\t127.0.0.12', 'HOST-UP\t127.0.0.12'),
    'host-flush': after('HOST-FLUSH of one backend', 'HOST-FLUSH\t127.0.0.12'),
    'host-remove': after('HOST-REMOVE', 'HOST-REMOVE\t127.0.0.12'),
  };
};

const byPeer = (site: RingSite): Readonly<Record<string, Case>> => {
  const host = (seq: number, text: string): string => `HOST\t${LEFT}\t${site.port}\t${seq}\t${text}`;
  const from = (about: string, ...steps: Step[]): Case => ringCase(about, RING, ...formRing(site), on(1), ...steps);
  return {
    'peer-host': from(
      'a new backend with a hostname; again with the same number; changed; unchanged',
      send(host(1, '127.0.0.15\t10\t\tU0\tbackend15.example.com')),
      syncReturns(),
      on(1),
      send(host(1, '127.0.0.15\t30\t\tU0\t'), host(2, '127.0.0.15\t20\t\tD1795200000\t')),
      syncReturns(),
      on(1),
      send(host(3, '127.0.0.15\t20\t\tD1795200000\t')),
      ...marker(site, 2, LEFT),
    ),
    'peer-host-short': from(
      'a backend without the later columns',
      send(host(1, '127.0.0.15\t10'), host(2, '127.0.0.16\t10\ttagA')),
      syncReturns(),
    ),
    'peer-host-while-unsynced': from(
      'a change before an earlier one has gone round: merged, and told as the own',
      send(host(1, '127.0.0.15\t10\t\tU0\t')),
      syncReturns(),
      on(1),
      send(host(2, '127.0.0.15\t20\t\tU0\t'), host(3, '127.0.0.15\t30\tnewtag\tD5\t')),
      syncReturns(),
      logs(/before previous update/),
    ),
    'peer-host-remove': from(
      'HOST-REMOVE, of an unknown backend too',
      send(`HOST-REMOVE\t${LEFT}\t${site.port}\t1\t127.0.0.99`, `HOST-REMOVE\t${LEFT}\t${site.port}\t2\t127.0.0.12`),
      syncReturns(),
    ),
    'peer-host-flush': from(
      'HOST-FLUSH, of an unknown backend too',
      send(`HOST-FLUSH\t${LEFT}\t${site.port}\t1\t127.0.0.99`, `HOST-FLUSH\t${LEFT}\t${site.port}\t2\t127.0.0.12`),
      syncReturns(),
    ),
    'peer-origin-unknown': from(
      'a change whose origin nobody knows is told as the own',
      send(`HOST\t127.1.1.66\t${site.port}\t7\t127.0.0.15\t10\t\tU0\t`),
      syncReturns(),
    ),
  };
};

const moves = (site: RingSite): Readonly<Record<string, Case>> => ({
  'user-move': ringCase(
    'an administrator moves a user: killed here, then everywhere',
    WITH_ADMIN,
    ...formRing(site),
    ...asAdmin(site),
    send(`USER-MOVE\t${HASH}\t127.0.0.12`),
    read(),
    on(1),
    read(),
    on(2),
    readUntil(/^USER-KILLED\t/),
    on(1),
    send(`USER-KILLED\t${HASH}`),
    readUntil(/^USER-KILLED-EVERYWHERE\t/),
    on(2),
    readUntil(/^USER-KILLED-EVERYWHERE\t/),
  ),
  'peer-user-move': ringCase(
    'another director moves a user',
    WITH_ADMIN,
    ...formRing(site),
    on(1),
    send(`USER-MOVE\t${LEFT}\t${site.port}\t1\t${HASH}\t127.0.0.12`, `USER-KILLED\t${HASH}`),
    on(2),
    readUntil(/^USER-KILLED\t/),
    on(1),
    send(`USER-KILLED-EVERYWHERE\t${LEFT}\t${site.port}\t2\t${HASH}`),
    passOn(2, 1),
    ...asAdmin(site),
    send(`USER-LOOKUP\t${HASH}\t`),
    read(),
  ),
  'peer-user-move-unknown-origin': ringCase(
    'a move whose origin nobody knows',
    PAIR,
    ...formPair(site),
    on(1),
    send(`USER-MOVE\t127.1.1.66\t${site.port}\t1\t300\t127.0.0.11`),
    ...marker(site, 2, RIGHT),
    on(1),
    send('USER-KILLED\t300'),
    on(2),
    readUntil(/^USER-KILLED\t/),
  ),
});

const kicks = (site: RingSite): Readonly<Record<string, Case>> => ({
  'user-kick': ringCase(
    'an administrator kicks',
    WITH_ADMIN,
    ...formRing(site),
    ...asAdmin(site),
    ...['USER-KICK\talice', 'USER-KICK\ta\x01tb c', 'USER-KICK-ALT\tuser_group\tg1'].flatMap((line): Step[] => [
      on(9),
      send(line),
      on(1),
      read(),
      on(2),
      read(),
      on(9),
      read(),
    ]),
  ),
  'peer-user-kick': ringCase(
    'kicks of other directors are passed on once',
    RING,
    ...formRing(site),
    on(1),
    send(
      `USER-KICK\t${LEFT}\t${site.port}\t1\talice`,
      `USER-KICK\t${LEFT}\t${site.port}\t1\talice`,
      `USER-KICK-ALT\t${LEFT}\t${site.port}\t2\tuser_group\tg\x01t1`,
      `USER-KICK-HASH\t${LEFT}\t${site.port}\t3\t${HASH}\t127.0.0.11`,
    ),
    ...marker(site, 2, LEFT),
  ),
});
