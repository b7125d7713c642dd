/** What is due on the ring's connections and for the ring as a whole. */
import { assertNever } from '@homing/wire';
import type { Director } from '../director.ts';
import { closePeer, dropPeer, lostPeer, peerFacts } from './close.ts';
import { formatSeconds, logPeer, logRing } from './log.ts';
import { forgetRemoved } from './members.ts';
import { connectFailed } from './open.ts';
import type { Peer } from './peer.ts';
import { ping, pingTimedOut, pongTimedOut } from './ping.ts';
import { connectRight, nextAttempt, tryAgain } from './reconnect.ts';
import { resendSync } from './sync.ts';

/** DIRECTOR_DELAYED_DIR_REMOVE_MSECS: removed directors are known for so long, in case the ring does not get synced. */
const REMOVED_MS = 30_000;

export const tickRing = (director: Director, now: number): void => {
  const { ring } = director;
  for (const peer of ring.peers.values()) {
    if (ring.peers.has(peer.id)) tickPeer(director, peer, now);
  }
  if (ring.resendAt !== undefined && ring.resendAt <= now) syncIsLate(director, now);
  if (ring.reconnect !== undefined && ring.reconnect.at <= now) tryAgain(director, now);
  const attempt = nextAttempt(director, now);
  if (attempt !== undefined && attempt <= now) connectRight(director, 'Nearer directors do not answer', now);
  if (ring.members.some(({ removedSince }) => removedSince !== undefined && removedSince + REMOVED_MS <= now)) {
    forgetRemoved(ring);
  }
};

const syncIsLate = (director: Director, now: number): void => {
  const { ring } = director;
  if (resendSync(director, now)) {
    const text = `Ring SYNC seq=${ring.syncSeq} appears to have got lost, resending`;
    logRing(director, 'error', 'director_sync_lost', text);
    return;
  }
  const isConnecting = [...ring.peers.values()].some((peer) => !peer.isIncoming);
  if (ring.resendAt === undefined || ring.right !== undefined || ring.reconnect !== undefined || isConnecting) return;
  logRing(director, 'warning', 'director_right_lost', 'Right side connection is unexpectedly lost, reconnecting');
  ring.wantsRight ??= 'Right side connection lost';
};

const tickPeer = (director: Director, peer: Peer, now: number): void => {
  if (peer.leaving !== undefined) {
    if (peer.leaving.at <= now) leaveNow(director, peer, peer.leaving, now);
  } else if (peer.pong !== undefined && peer.pong.deadline <= now) pongTimedOut(director, peer, now);
  else if (peer.timer.at <= now) timerDue(director, peer, now);
};

const leaveNow = (director: Director, peer: Peer, leaving: NonNullable<Peer['leaving']>, now: number): void => {
  const { elsewhere, quit } = leaving;
  if (elsewhere === undefined) closePeer(director, peer, quit, now, 'Reconnecting after wrong CONNECT request');
  else lostPeer(director, peer, '', quit, now);
};

const timerDue = (director: Director, peer: Peer, now: number): void => {
  const { kind } = peer.timer;
  switch (kind) {
    case 'connect':
      logTimeout(director, peer, 'Connect timed out', peer.createdAt, now);
      connectFailed(director, peer, now);
      return;
    case 'me':
      logTimeout(director, peer, 'Handshaking ME timed out', peer.connectedAt, now);
      handshakeTimedOut(director, peer, now);
      return;
    case 'done': {
      const text = peer.isIncoming ? 'Handshaking DONE timed out' : 'Sending handshake timed out';
      logTimeout(director, peer, text, peer.meAt, now);
      handshakeTimedOut(director, peer, now);
      return;
    }
    case 'ping':
      ping(director, peer, now);
      return;
    case 'ping-answer':
      pingTimedOut(director, peer, now);
      return;
    default:
      assertNever(kind);
  }
};

/** A process that is stopped has a kernel that takes connections. */
const handshakeTimedOut = (director: Director, peer: Peer, now: number): void => {
  if (!peer.isIncoming && peer.member !== undefined) peer.member.isUnreachable = true;
  dropPeer(director, peer, 'Handshake timeout', now);
};

const logTimeout = (director: Director, peer: Peer, what: string, since: number, now: number): void => {
  const facts = [`${formatSeconds(now - since)} secs`, ...peerFacts(peer, now)];
  logPeer(director, peer, 'error', 'director_handshake_timeout', `${what} (${facts.join(', ')})`);
};

const never = Number.POSITIVE_INFINITY;

export const nextRingDeadline = (director: Director, now: number): number | undefined => {
  const { ring } = director;
  let next = Math.min(ring.reconnect?.at ?? never, nextAttempt(director, now) ?? never);
  if (ring.resendAt !== undefined && ring.resendAt < next) next = ring.resendAt;
  for (const { removedSince } of ring.members) {
    if (removedSince !== undefined) next = Math.min(next, removedSince + REMOVED_MS);
  }
  for (const { timer, pong, leaving } of ring.peers.values()) {
    next = Math.min(next, leaving?.at ?? Math.min(timer.at, pong?.deadline ?? timer.at));
  }
  return next === never ? undefined : next;
};
