/** Which mail host a user gets now, or why it has to wait (director_request_continue(), director-request.c). */
import type { ByteString } from '@homing/wire';
import type { Director } from '../director.ts';
import type { MailHost } from '../host/mail-host.ts';
import type { Tag } from '../host/mail-hosts.ts';
import { isHandshaked, isSynced } from '../ring/ring.ts';
import { announceUser } from '../ring/user-update.ts';
import { expectEnd, startWeak } from '../ring/weak-user.ts';
import { isFull } from '../room.ts';
import { takeStored } from '../state/restore.ts';
import { isNearExpiry } from '../user/user-age.ts';
import { NO_USER, type UserId } from '../user/user-records.ts';

/** In the words of Dovecot's log line; `sessions unknown` is our own. */
export type WaitReason =
  | 'ring not handshaked'
  | 'ring not synced'
  | 'weak user'
  | 'no hosts'
  | 'kill waiting'
  | 'sessions unknown';

/** Waiting would not help, or would take room too. */
type NoRoom = 'no room';

/** A user keeps its mail host for as long as it is known, and is refreshed; a new one goes where its hash says. */
export const assignHost = (
  director: Director,
  hash: number,
  tagName: ByteString,
  now: number,
): MailHost | WaitReason | NoRoom => {
  if (!isHandshaked(director.ring)) return 'ring not handshaked';
  const seconds = Math.floor(now / 1000);
  const tag = director.hosts.tag(tagName);
  const known = tag === undefined ? NO_USER : tag.users.find(hash, seconds);
  const user = known === NO_USER ? takeStored(director, tagName, hash, now) : known;
  if (tag === undefined || user === NO_USER) return assignNew(director, hash, tagName, now);
  const { users } = tag;
  const reason = whyNot(director, tag, user, now);
  if (reason !== undefined) return reason;
  users.refresh(user, seconds);
  announceUser(director, director.ring.self, users, user);
  return director.hosts.at(users.hostOf(user));
};

const assignNew = (
  director: Director,
  hash: number,
  tagName: ByteString,
  now: number,
): MailHost | WaitReason | NoRoom => {
  if (!isSynced(director.ring)) return 'ring not synced';
  if (director.relearn.until !== undefined) return 'sessions unknown';
  const host = director.hosts.byHash(hash, tagName);
  if (host === undefined) return 'no hosts';
  if (isFull(director)) return 'no room';
  const { users } = director.hosts.tagOf(host);
  const user = users.add(hash, host.slot, Math.floor(now / 1000));
  announceUser(director, director.ring.self, users, user);
  return host;
};

/** What keeps a known user out. */
const whyNot = (director: Director, { users, name }: Tag, user: UserId, now: number): WaitReason | undefined => {
  const { ring, hosts, settings } = director;
  const isFree = users.isFree(user);
  if (!isFree && users.isBeingKilled(user)) return 'kill waiting';
  if (ring.right === undefined && isSynced(ring)) {
    // Nobody else is left to agree with.
    if (!isFree) users.setWeak(user, false);
    return undefined;
  }
  const { hash, timestamp, host } = users.user(user);
  if (!isFree) {
    expectEnd(director, users, hash, now);
    return 'weak user';
  }
  if (!isNearExpiry(timestamp, settings.director_user_expire, Math.floor(now / 1000))) return undefined;
  // Others may have dropped the user, and would assign it anew: to the same host, or else they have to be asked.
  if (!isSynced(ring)) return 'ring not synced';
  if (hosts.byHash(hash, name)?.slot === host || ring.minMinor === 0) return undefined;
  startWeak(director, users, user, now);
  return 'weak user';
};
