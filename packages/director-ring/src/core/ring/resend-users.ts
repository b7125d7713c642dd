import type { Director } from '../director.ts';
import { type Peer, send } from './peer.ts';

/** Longer than a director writes to a connection that its neighbour has left. */
const LOST_SECONDS = 10;
const MOST_USERS = 10_000;

/**
 * To a new left. What we wrote to the one before it may have been lost, and nobody else says it in this direction: in a
 * handshake only our left tells of its users. Upstream lets them be lost.
 */
export const resendUsers = (director: Director, peer: Peer, now: number): void => {
  const since = Math.floor(now / 1000) - LOST_SECONDS;
  for (const { users } of director.hosts.tags()) {
    for (const id of users.refreshedSince(since, MOST_USERS)) {
      const { hash, host, timestamp } = users.user(id);
      const { ip } = director.hosts.at(host);
      if (!users.isWeak(id)) send(director, peer, { cmd: 'USER', hash, ip, timestamp, isWeak: false });
    }
  }
};
