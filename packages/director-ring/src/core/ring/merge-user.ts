/**
 * What another director says of a user beside what we know (director_user_refresh(), director-connection.c).
 *
 * Upstream takes the other's mail host whenever ours is nearly expired, so that two directors with old users exchange
 * them and may go on doing so. Here a user that is nearly expired counts less than one that is not, and among equals the
 * lower address wins: whatever the order, all come to the same. A director that still says otherwise is told.
 */
import { compareIpAddresses } from '@homing/wire';
import type { Director } from '../director.ts';
import type { MailHost } from '../host/mail-host.ts';
import { kickEverywhere } from '../move/kick-everywhere.ts';
import { startKick } from '../move/kicks.ts';
import { hasRoom } from '../room.ts';
import { isNearExpiry, isRecent } from '../user/user-age.ts';
import type { UserDirectory } from '../user/user-directory.ts';
import { NO_USER, type UserId } from '../user/user-records.ts';
import { logPeer } from './log.ts';
import type { Peer } from './peer.ts';
import { ownOrigin } from './propagate.ts';
import { contestUser } from './user-update.ts';

/** `timestamp`: Unix seconds of the last refresh; undefined: an old director does not say, it was just now. */
export type ToldUser = {
  readonly hash: number;
  readonly host: MailHost;
  readonly timestamp: number | undefined;
  readonly isWeak: boolean;
};

export type MergedUser = {
  readonly users: UserDirectory;
  readonly user: UserId;
  /** Others should hear of it. */
  readonly isChanged: boolean;
  /**
   * They said otherwise, and should hear of this. (In a conflict that they lose, upstream relies on our USER being on its
   * way to them; but it may have come while they moved the user, and was ignored.)
   */
  readonly isAnswered: boolean;
};

/** DIRECTOR_SKIP_RECENT_REFRESH_MAX_SECS. */
const UNKNOWN_TIME_MAX_SECONDS = 15;

/** Undefined: expired, whether or not we know the user, or one too many. */
export const mergeUser = (director: Director, peer: Peer, told: ToldUser, now: number): MergedUser | undefined => {
  const seconds = Math.floor(now / 1000);
  const expire = director.settings.director_user_expire;
  // A clock that is ahead must not make users that never expire.
  const timestamp = Math.min(told.timestamp ?? seconds, seconds);
  if (timestamp + expire <= seconds) return undefined;
  const { users } = director.hosts.tagOf(told.host);
  const user = users.find(told.hash, seconds);
  if (user === NO_USER) {
    if (!hasRoom(director, told.hash, now)) return undefined;
    const added = users.add(told.hash, told.host.slot, timestamp);
    if (told.isWeak) users.setWeak(added, true);
    return { users, user: added, isChanged: true, isAnswered: false };
  }
  const outcome = users.isWeak(user) || told.isWeak ? mergeWeak : mergeHosts;
  const { host, isChanged, isAnswered } = outcome(director, peer, { users, user, told, timestamp }, now);
  const isMoved = users.hostOf(user) !== host;
  if (isMoved) users.setHost(user, host);
  // He may have sessions whose signs of life are late. In a conflict all directors have been told of it.
  if (isMoved && !isAnswered) dropSessionsElsewhere(director, told, now);
  const age = timestamp - users.user(user).timestamp;
  const skip = told.timestamp === undefined ? Math.min(Math.floor(expire / 4), UNKNOWN_TIME_MAX_SECONDS) : 0;
  const isNewer = age > skip;
  if (isNewer) users.refresh(user, timestamp);
  return { users, user, isChanged: isChanged || isMoved || isNewer, isAnswered };
};

const dropSessionsElsewhere = (director: Director, { hash, host: { ip } }: ToldUser, now: number): void =>
  startKick(director, { for: 'ring' }, { cmd: 'KICK-DIRECTOR-HASH', hash, exceptIp: ip }, now);

type Case = {
  readonly users: UserDirectory;
  readonly user: UserId;
  readonly told: ToldUser;
  readonly timestamp: number;
};

/** `host`: slot of the mail host that counts. */
type Outcome = { readonly host: number; readonly isChanged: boolean; readonly isAnswered: boolean };

const mergeWeak = (director: Director, _peer: Peer, { users, user, told }: Case, now: number): Outcome => {
  const theirs = told.host.slot;
  if (users.isWeak(user)) {
    if (!told.isWeak) {
      users.setWeak(user, false);
      director.isChanged = true;
    }
    return { host: theirs, isChanged: !told.isWeak, isAnswered: false };
  }
  const { host, timestamp } = users.user(user);
  const isOurs = isRecent(timestamp, director.settings.director_user_expire, Math.floor(now / 1000));
  if (isOurs) return { host, isChanged: true, isAnswered: true };
  users.setWeak(user, true);
  return { host: theirs, isChanged: true, isAnswered: false };
};

const mergeHosts = (director: Director, peer: Peer, merged: Case, now: number): Outcome => {
  const { users, user, told } = merged;
  const theirs = told.host.slot;
  const { host: ours, timestamp } = users.user(user);
  if (ours === theirs) return { host: ours, isChanged: false, isAnswered: false };
  if (users.isBeingKilled(user)) {
    contestUser(director, users, told.hash);
    return { host: ours, isChanged: false, isAnswered: false };
  }
  const seconds = Math.floor(now / 1000);
  const expire = director.settings.director_user_expire;
  const isOursOld = isNearExpiry(timestamp, expire, seconds);
  const isTheirsOld = isNearExpiry(merged.timestamp, expire, seconds);
  if (!isOursOld && !isTheirsOld) return settleConflict(director, peer, merged, now);
  const isTheirs = isOursOld === isTheirsOld ? isLower(director, theirs, ours) : isOursOld;
  return isTheirs
    ? { host: theirs, isChanged: true, isAnswered: false }
    : { host: ours, isChanged: false, isAnswered: true };
};

const isLower = ({ hosts }: Director, a: number, b: number): boolean =>
  compareIpAddresses(hosts.at(a).ip, hosts.at(b).ip) < 0;

/** A user in two places at once: its sessions in the wrong one are dropped everywhere. */
const settleConflict = (
  director: Director,
  peer: Peer,
  { users, user, told, timestamp }: Case,
  now: number,
): Outcome => {
  const { ring, hosts } = director;
  const { hash, timestamp: oldTimestamp, host: ours } = users.user(user);
  const theirs = told.host.slot;
  const facts = [`old_ts=${oldTimestamp}`];
  if (peer.state !== 'handshaked') facts.push('handshaking', `recv_ts=${timestamp}`);
  const text = `User hash ${hash} is being redirected to two hosts: ${hosts.at(ours).ip} and ${told.host.ip}`;
  logPeer(director, peer, 'error', 'director_user_conflict', `${text} (${facts.join(',')})`);
  ring.conflicts++;
  const isTheirs = isLower(director, theirs, ours);
  const host = isTheirs ? theirs : ours;
  const command = { cmd: 'USER-KICK-HASH', origin: ownOrigin(director), hash, exceptIp: hosts.at(host).ip } as const;
  kickEverywhere(director, ring.self, command, { for: 'ring' }, now);
  return { host, isChanged: true, isAnswered: true };
};
