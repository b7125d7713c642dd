import type { Director } from '../director.ts';
import { forwardLater } from './forward-users.ts';
import { type Peer, send } from './peer.ts';

/** Longer than a director writes to a connection that its neighbour has left. */
const LOST_SECONDS = 10;
/** Of each tag; the first at once, the others to everybody as fast as they take it. */
const AT_ONCE = 10_000;
const MOST_USERS = 1_000_000;

/**
 * To a new left: users since the last one was heard of. What we wrote to that one may have been lost, and what we did
 * alone nobody knows; in a handshake only our left tells of its users, and a Dovecot on our right does not pass on ours.
 * Upstream lets them be lost.
 */
export const resendUsers = (director: Director, peer: Peer): void => {
  const since = Math.floor(director.ring.leftHeardAt / 1000) - LOST_SECONDS;
  for (const { users } of director.hosts.tags()) {
    for (const [at, id] of users.refreshedSince(since, MOST_USERS).entries()) {
      const { hash, host, timestamp } = users.user(id);
      if (at >= AT_ONCE) forwardLater(director, undefined, users, hash);
      else if (!users.isWeak(id)) {
        send(director, peer, { cmd: 'USER', hash, ip: director.hosts.at(host).ip, timestamp, isWeak: false });
      }
    }
  }
};
