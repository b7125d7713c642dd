import {
  type ByteString,
  encodeUserLookupRow,
  type IpAddress,
  DIRECTOR_ADMIN_REPLY as REPLY,
  type UserKey,
} from '@homing/wire';
import type { Director } from '../director.ts';
import { moveUser } from '../move/start-move.ts';
import { hashUsername } from '../request/hash-username.ts';
import { isHandshaked } from '../ring/ring.ts';
import { announceUser } from '../ring/user-update.ts';
import { fullText, isFull } from '../room.ts';
import { NO_USER } from '../user/user-records.ts';

export const lookupUser = (director: Director, key: UserKey, tag: ByteString, now: number): ByteString => {
  const hash = hashOf(director, key);
  if (hash === undefined) return REPLY.tryAgain;
  const users = director.hosts.tag(tag)?.users;
  const id = users?.find(hash, Math.floor(now / 1000)) ?? NO_USER;
  const user = users === undefined || id === NO_USER ? undefined : users.user(id);
  return encodeUserLookupRow({
    current: user === undefined ? '' : director.hosts.at(user.host).ip,
    expires: user === undefined ? 0 : user.timestamp + director.settings.director_user_expire + director.clockAhead,
    hashed: director.hosts.byHash(hash, tag)?.ip ?? '',
    initialConfig: director.initialHosts.byHash(hash, tag)?.ip ?? '',
  });
};

/** Answers at once; the move goes on by itself. A user that is there already is refreshed. */
export const moveUserTo = (director: Director, key: UserKey, ip: IpAddress, now: number): ByteString => {
  const host = director.hosts.find(ip);
  if (host === undefined) return REPLY.notFound;
  const hash = hashOf(director, key);
  // What a director knows before it is in its ring is replaced by what the ring knows.
  if (hash === undefined || !isHandshaked(director.ring)) return REPLY.tryAgain;
  const { users } = director.hosts.tagOf(host);
  const seconds = Math.floor(now / 1000);
  const user = users.find(hash, seconds);
  if (user !== NO_USER && users.isBeingKilled(user)) return REPLY.tryAgain;
  if (user === NO_USER && isFull(director)) return `${fullText(director)}\n`;
  // A weak one may be let in elsewhere just now. Upstream aborts here.
  if (user !== NO_USER && users.hostOf(user) === host.slot && !users.isWeak(user)) {
    users.refresh(user, seconds);
    announceUser(director, director.ring.self, users, user);
  } else moveUser(director, hash, host, undefined, now);
  return REPLY.ok;
};

const hashOf = (director: Director, key: UserKey): number | undefined =>
  'hash' in key ? key.hash : hashUsername(director, key.name);
