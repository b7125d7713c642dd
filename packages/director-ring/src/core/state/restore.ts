/**
 * Takes over what the run before has left, before anything is answered.
 *
 * Users of a director without others are there at once. In a ring they are kept aside until it is clear whether it was
 * there before us: then it knows better, and they are dropped. Otherwise they go to our map and to the others in slices;
 * who logs in before is found among them.
 */
import type { ByteString } from '@homing/wire';
import type { Director } from '../director.ts';
import { DEFAULT_VHOSTS, type MailHost } from '../host/mail-host.ts';
import { isHandshaked } from '../ring/ring.ts';
import { announceUser } from '../ring/user-update.ts';
import { isFull } from '../room.ts';
import { NO_USER, type UserId } from '../user/user-records.ts';
import type { RestoredUser, RestoredUsers } from './restored-users.ts';
import { mergeHosts, type StoredHosts } from './stored-hosts.ts';

export type Restoring = {
  readonly users: RestoredUsers;
  /** Those not yet entered. */
  rest: Iterator<readonly [ByteString, RestoredUser]> | undefined;
  /** So far. */
  entered: number;
};

export const restoreHosts = (director: Director, stored: StoredHosts): void => {
  const { hosts, initialHosts, health } = director;
  const fresh = { vhosts: DEFAULT_VHOSTS, isDown: false, updownTime: 0, isDownForHealth: false };
  const merged = mergeHosts(stored, initialHosts.all(), fresh);
  for (const host of hosts.all()) hosts.remove(host);
  for (const { isDownForHealth, ...host } of merged) {
    hosts.add(host);
    if (isDownForHealth) health.downs.set(host.ip, host.updownTime);
  }
};

/** Before the first login. */
export const restoreUsers = (director: Director, users: RestoredUsers, now: number): void => {
  if (users.count() === 0) return;
  director.restoring = { users, rest: undefined, entered: 0 };
  if (director.ring.members.length === 1) continueRestoring(director, Number.POSITIVE_INFINITY, now);
};

/** Enters at most `limit` users. True while there are more and it is clear that they are wanted. */
export const continueRestoring = (director: Director, limit: number, now: number): boolean => {
  const { restoring, ring } = director;
  if (restoring === undefined || (!ring.hasJoined && !isHandshaked(ring))) return false;
  if (ring.hasJoined) {
    endRestoring(director, 'director_users_dropped', `Left the stored users to the ring, which knows better`);
    return false;
  }
  if (restoring.rest === undefined) {
    const { users } = restoring;
    for (const tag of users.tags()) director.hosts.tag(tag)?.users.reserve(users.countOf(tag));
    restoring.rest = allUsers(users);
  }
  for (let left = limit; left > 0; left--) {
    const next = restoring.rest.next();
    if (next.done === true) {
      endRestoring(director, 'director_users_restored', `Restored ${restoring.entered} users`);
      return false;
    }
    enter(director, restoring, next.value[0], next.value[1], now);
  }
  return true;
};

/** A user who is unknown, but stored and not entered yet. */
export const takeStored = (director: Director, tag: ByteString, hash: number, now: number): UserId => {
  const { restoring, ring } = director;
  if (restoring === undefined || ring.hasJoined || !isHandshaked(ring)) return NO_USER;
  const user = restoring.users.find(tag, hash);
  return user === undefined ? NO_USER : enter(director, restoring, tag, user, now);
};

/** A session goes on of a user who is not entered yet. `seconds`: Unix seconds. */
export const refreshStored = ({ restoring }: Director, hash: number, seconds: number): void =>
  restoring?.users.refresh(hash, seconds);

const enter = (
  director: Director,
  restoring: Restoring,
  tag: ByteString,
  { hash, ip, timestamp }: RestoredUser,
  now: number,
): UserId => {
  const host = hostOf(director, tag, ip);
  const seconds = Math.floor(now / 1000);
  // The clock may have been set back since.
  const time = Math.min(timestamp, seconds);
  if (host === undefined || time + director.settings.director_user_expire <= seconds) return NO_USER;
  const { users } = director.hosts.tagOf(host);
  if (users.find(hash, seconds) !== NO_USER || isFull(director)) return NO_USER;
  restoring.entered++;
  const id = users.add(hash, host.slot, time);
  announceUser(director, director.ring.self, users, id);
  return id;
};

const hostOf = ({ hosts }: Director, tag: ByteString, ip: RestoredUser['ip']): MailHost | undefined => {
  const host = hosts.find(ip);
  return host?.tag === tag ? host : undefined;
};

const endRestoring = (director: Director, event: string, text: string): void => {
  const users = director.restoring?.entered ?? 0;
  director.restoring = undefined;
  director.effects.push({ do: 'log', level: 'info', event, fields: { users }, text });
};

function* allUsers(users: RestoredUsers): Generator<readonly [ByteString, RestoredUser], void, void> {
  for (const tag of users.tags()) for (const user of users.users(tag)) yield [tag, user];
}
