/**
 * A user that is nearly expired here may be gone elsewhere, where its hash says another mail host. So nobody lets it in
 * before all agree: USER-WEAK goes round the ring; if it comes back, nobody objected, and USER ends it
 * (director_update_user_weak()). One that got lost is sent again, where upstream waits for half a minute.
 *
 * A real director that is in a ring of two aborts when USER-WEAK comes on a connection that is neither its left nor its
 * right. So none is sent before the ring was synced over that connection.
 */
import type { RingCommand, RingOrigin } from '@homing/wire';
import { createDeadlines, type Deadlines } from '../deadlines.ts';
import type { Director } from '../director.ts';
import type { UserDirectory } from '../user/user-directory.ts';
import { NO_USER, type UserId } from '../user/user-records.ts';
import { type Peer, send } from './peer.ts';
import { ownOrigin } from './propagate.ts';

type WeakUser = { readonly users: UserDirectory; readonly hash: number };
type UserWeak = Extract<RingCommand, { cmd: 'USER-WEAK' | 'USER-MOVE' }>;

export type WeakUsers = {
  /** Whose end we see to, each in one `WeakUser`. */
  readonly waiting: Map<UserDirectory, Map<number, WeakUser>>;
  readonly resends: Deadlines<WeakUser>;
  /** How often a repetition was passed on, by origin. */
  readonly repeats: Map<string, number>;
};

const RESEND_MS = 2000;

/** A repetition travels on until its origin sees it; if that has left, it would travel for ever. */
const MAX_REPEATS = 4;
const REMEMBERED_REPEATS = 1000;

export const createWeakUsers = (): WeakUsers => ({
  waiting: new Map(),
  resends: createDeadlines(RESEND_MS),
  repeats: new Map(),
});

/** Asks the others. */
export const startWeak = (director: Director, users: UserDirectory, user: UserId, now: number): void => {
  users.setWeak(user, true);
  sendOwn(director, users, user);
  expectEnd(director, users, users.user(user).hash, now);
};

/** Somebody made the user weak. If that director does not end it soon, we do. */
export const expectEnd = (director: Director, users: UserDirectory, hash: number, now: number): void => {
  const { waiting, resends } = director.ring.weak;
  const known = waiting.get(users) ?? new Map<number, WeakUser>();
  waiting.set(users, known);
  if (known.has(hash)) return;
  const weakUser = { users, hash };
  known.set(hash, weakUser);
  resends.add(weakUser, now);
};

export const resendWeak = (director: Director, now: number): void => {
  const { waiting, resends } = director.ring.weak;
  for (let due = resends.due(now); due !== undefined; due = resends.due(now)) {
    resends.remove(due);
    const user = due.users.find(due.hash, Math.floor(now / 1000));
    if (user !== NO_USER && due.users.isWeak(user)) {
      sendOwn(director, due.users, user);
      resends.add(due, now);
    } else waiting.get(due.users)?.delete(due.hash);
  }
};

const sendOwn = (director: Director, users: UserDirectory, user: UserId): void => {
  const { hash, host } = users.user(user);
  const { ip } = director.hosts.at(host);
  updateWeak(director, undefined, { cmd: 'USER-WEAK', origin: ownOrigin(director), hash, ip });
};

/** Undefined `source`: ours. In a ring of two it goes back over the other connection, so that its origin sees it. */
export const updateWeak = (director: Director, source: Peer | undefined, command: UserWeak): void => {
  const { left, right, peers } = director.ring;
  const isRingOfTwo = left !== undefined && right !== undefined && left.member === right.member;
  for (const peer of peers.values()) {
    if (!peer.wasSynced) continue;
    const isOtherWay = isRingOfTwo ? peer !== source : source === undefined || peer.member !== source.member;
    if (isOtherWay) send(director, peer, command);
  }
};

/** Whether a USER-WEAK that was here before is to be passed on once more. */
export const mayRepeat = ({ ring: { weak } }: Director, { ip, port, seq }: RingOrigin): boolean => {
  const key = `${ip} ${port} ${seq}`;
  const count = weak.repeats.get(key) ?? 0;
  if (weak.repeats.size >= REMEMBERED_REPEATS && count === 0) weak.repeats.clear();
  weak.repeats.set(key, count + 1);
  return count < MAX_REPEATS;
};
