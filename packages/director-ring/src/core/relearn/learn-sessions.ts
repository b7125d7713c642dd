/**
 * Enters the users of sessions that a login process lists, each on the mail host that has most of them. Nobody is moved:
 * who is known already stays, and sessions elsewhere are reported. In a ring they are ended too, since the others may
 * have given the user another mail host while we were away.
 */
import type { IpAddress } from '@homing/wire';
import type { Director } from '../director.ts';
import type { MailHost } from '../host/mail-host.ts';
import { startKick } from '../move/kicks.ts';
import { hashUsername } from '../request/hash-username.ts';
import { isHandshaked } from '../ring/ring.ts';
import { announceUser } from '../ring/user-update.ts';
import { isFull } from '../room.ts';
import { takeStored } from '../state/restore.ts';
import { NO_USER } from '../user/user-records.ts';
import type { Session } from './session.ts';

/** Named one by one in the log; of more only the number. */
const NAMED_CONFLICTS = 10;

/** The addresses remembered as no mail hosts; enough for any site, and an end for a list that never ends. */
const FOREIGN_LIMIT = 1000;

type Found = { readonly hash: number; readonly sessions: Map<MailHost, number> };

/** `sessions`: all of one answer. */
export const learnSessions = (director: Director, sessions: Iterable<Session>, now: number): void => {
  if (!isHandshaked(director.ring)) {
    for (const session of sessions) director.relearn.postponed.push(session);
    return;
  }
  const users = new Map<string, Found>();
  let isHashable = true;
  for (const { username, ip } of sessions) {
    const host = director.hosts.find(ip);
    if (host === undefined) {
      reportForeign(director, ip);
      continue;
    }
    // Of names that cannot be hashed one is told of.
    const hash = isHashable ? hashUsername(director, username) : director.userHash(username);
    if (typeof hash !== 'number') {
      isHashable = false;
      continue;
    }
    const key = `${hash} ${host.tag}`;
    const found = users.get(key) ?? { hash, sessions: new Map() };
    users.set(key, found);
    found.sessions.set(host, (found.sessions.get(host) ?? 0) + 1);
  }
  const conflicts = [...users.values()].flatMap((found) => learnUser(director, found, now));
  reportConflicts(director, conflicts);
  if (director.ring.members.length > 1) endSessions(director, conflicts, now);
};

/** We know our ring now. */
export const learnPostponed = (director: Director, now: number): void => {
  const { postponed } = director.relearn;
  if (postponed.length === 0 || !isHandshaked(director.ring)) return;
  director.relearn.postponed = [];
  learnSessions(director, postponed, now);
};

const endSessions = (director: Director, conflicts: readonly Conflict[], now: number): void => {
  for (const [hash, { ip }] of new Map(conflicts.map(({ hash, host }) => [hash, host]))) {
    startKick(director, { for: 'ring' }, { cmd: 'KICK-DIRECTOR-HASH', hash, exceptIp: ip }, now);
  }
};

type Conflict = { readonly hash: number; readonly host: MailHost; readonly other: MailHost };

const learnUser = (director: Director, { hash, sessions }: Found, now: number): Conflict[] => {
  const seconds = Math.floor(now / 1000);
  const [first, ...others] = [...sessions].sort(([, a], [, b]) => b - a).map(([host]) => host);
  if (first === undefined) return [];
  const { users } = director.hosts.tagOf(first);
  const known = users.find(hash, seconds);
  const user = known === NO_USER ? takeStored(director, first.tag, hash, now) : known;
  if (user === NO_USER) {
    // Refused like its next login.
    if (isFull(director)) return [];
    announceUser(director, director.ring.self, users, users.add(hash, first.slot, seconds));
    director.isChanged = true;
    return others.map((other) => ({ hash, host: first, other }));
  }
  const host = director.hosts.at(users.hostOf(user));
  if (users.isBeingKilled(user)) {
    // The move may have begun before we knew of the sessions that it should drop.
    const isElsewhere = others.length > 0 || first !== host;
    if (isElsewhere) endSessions(director, [{ hash, host, other: first }], now);
    return [];
  }
  if (sessions.has(host)) {
    users.refresh(user, seconds);
    if (!users.isWeak(user)) announceUser(director, director.ring.self, users, user);
  }
  return [first, ...others].filter((other) => other !== host).map((other) => ({ hash, host, other }));
};

const reportForeign = ({ relearn, effects }: Director, ip: IpAddress): void => {
  if (relearn.foreign.has(ip) || relearn.foreign.size === FOREIGN_LIMIT) return;
  relearn.foreign.add(ip);
  effects.push({
    do: 'log',
    level: 'warning',
    event: 'director_sessions_elsewhere',
    fields: { host: ip },
    text: `Login processes have sessions on ${ip}, which is no mail host here: their users' next logins go elsewhere`,
  });
};

const reportConflicts = ({ effects }: Director, conflicts: readonly Conflict[]): void => {
  for (const { hash, host, other } of conflicts.slice(0, NAMED_CONFLICTS)) {
    effects.push({
      do: 'log',
      level: 'warning',
      event: 'director_user_on_two_hosts',
      fields: { user_hash: hash, host: host.ip, other_host: other.ip },
      text: `User hash ${hash} has sessions on ${other.ip}, but belongs to ${host.ip}`,
    });
  }
  const left = conflicts.length - NAMED_CONFLICTS;
  if (left <= 0) return;
  const text = `${left} more users have sessions on another host than they belong to`;
  effects.push({ do: 'log', level: 'warning', event: 'director_user_on_two_hosts', fields: { users: left }, text });
};
