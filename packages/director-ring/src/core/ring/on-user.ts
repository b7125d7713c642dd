/** What other directors say of users: USER, U in the handshake, USER-WEAK (director-connection.c). */
import type { RingCommand } from '@homing/wire';
import type { Director } from '../director.ts';
import type { MailHost } from '../host/mail-host.ts';
import { NO_USER } from '../user/user-records.ts';
import { forwardLater } from './forward-users.ts';
import { logPeer } from './log.ts';
import { findMember } from './members.ts';
import { type MergedUser, mergeUser } from './merge-user.ts';
import type { Peer } from './peer.ts';
import { acceptOrigin } from './propagate.ts';
import { announceUser } from './user-update.ts';
import { expectEnd, mayRepeat, updateWeak } from './weak-user.ts';

type User = Extract<RingCommand, { cmd: 'U' | 'USER' }>;
type UserWeak = Extract<RingCommand, { cmd: 'USER-WEAK' | 'USER-MOVE' }>;

export const onUser = (director: Director, peer: Peer, { hash, ip, timestamp }: User, now: number): void => {
  peer.usersReceived++;
  const host = director.hosts.find(ip);
  // Just removed, perhaps.
  if (host === undefined) return;
  const merged = mergeUser(director, peer, { hash, host, timestamp, isWeak: false }, now);
  if (merged === undefined) return;
  const { isChanged, isAnswered, users, user } = merged;
  if (isChanged || isAnswered) announceUser(director, isAnswered ? undefined : peer.member, users, user);
};

/** Upstream tells nobody else, so that after a split only neighbours agree on users. */
export const onHandshakeUser = (
  director: Director,
  peer: Peer,
  { hash, ip, timestamp, isWeak }: User,
  now: number,
): void => {
  peer.handshakeUsersReceived++;
  const host = director.hosts.find(ip);
  if (host === undefined) {
    // Upstream disconnects, again and again until the user expires.
    if (!peer.hasUnknownHosts) {
      logPeer(director, peer, 'error', 'director_unknown_host', `USER used unknown host ${ip} in handshake`);
    }
    peer.hasUnknownHosts = true;
    return;
  }
  const merged = mergeUser(director, peer, { hash, host, timestamp, isWeak }, now);
  if (merged === undefined) return;
  if (merged.users.isWeak(merged.user)) {
    if (merged.isChanged) expectEnd(director, merged.users, hash, now);
    return;
  }
  // It could tell of the same ones for ever, and each is remembered until it is forwarded.
  if (peer.handshakeUsersReceived > director.settings.homing_director_max_users) return;
  const { isAnswered } = merged;
  // A ring that we join knows its users.
  if (isAnswered || (merged.isChanged && peer.listUse !== 'replace')) {
    forwardLater(director, isAnswered ? undefined : peer.member, merged.users, hash);
  }
};

/** A repetition counts too: it has been round the ring, or must get to where it came from. */
export const onUserWeak = (director: Director, peer: Peer, command: UserWeak, now: number): void => {
  const { hash, ip } = command;
  const isOwn = findMember(director.ring, command.origin)?.isSelf === true;
  const origin = acceptOrigin(director, command.origin);
  const host = director.hosts.find(ip);
  if (host === undefined) return;
  const isBack = origin === undefined && isOwn;
  if (isBack ? isDecided(director, host, hash, now) : origin === undefined && !mayRepeat(director, command.origin))
    return;
  const merged = mergeUser(director, peer, { hash, host, timestamp: Math.floor(now / 1000), isWeak: !isBack }, now);
  if (merged === undefined) {
    // There is no room for it here, but others are asked too.
    if (!isBack) updateWeak(director, peer, { ...command, origin: origin ?? command.origin });
    return;
  }
  if (isBack && !merged.isChanged) return;
  if (merged.users.isWeak(merged.user)) {
    const { ip: currentIp } = director.hosts.at(merged.users.hostOf(merged.user));
    updateWeak(director, peer, { cmd: 'USER-WEAK', origin: origin ?? command.origin, hash, ip: currentIp });
  } else endWeak(director, peer, merged, isBack);
};

/** Somebody's USER was faster. */
const isDecided = ({ hosts }: Director, host: MailHost, hash: number, now: number): boolean => {
  const { users } = hosts.tagOf(host);
  const user = users.find(hash, Math.floor(now / 1000));
  return user !== NO_USER && !users.isWeak(user);
};

/** Nobody objected, or we do. In a ring of two the one who asked is the only one to tell. */
const endWeak = (director: Director, peer: Peer, { users, user, isAnswered }: MergedUser, isBack: boolean): void => {
  announceUser(director, isBack || isAnswered ? undefined : peer.member, users, user);
};
