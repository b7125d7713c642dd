/**
 * Which handshaked connection is our left, which our right. Sorted by address all directors make one ring; whoever comes
 * in goes between two neighbours, and these learn of it by CONNECT (director_connection_assign_left() and _right()).
 */
import type { Director } from '../director.ts';
import { closePeer } from './close.ts';
import { sendElsewhere } from './elsewhere.ts';
import { hostName, logPeer } from './log.ts';
import { isNearerLeft, isNearerRight } from './members.ts';
import { type Peer, PeerFault, send } from './peer.ts';
import { ping, restartPing } from './ping.ts';
import { resendUsers } from './resend-users.ts';
import type { Member } from './ring.ts';
import { sendDelayedSyncs, sideAssigned } from './sync.ts';

/** ME came in: is this director to become our left one day? Nothing is decided before its handshake is done. */
export const meetIncoming = (director: Director, member: Member, now: number): void => {
  const { ring } = director;
  const { left } = ring;
  if (left?.member === undefined) {
    member.lastNetworkFailure = 0;
    const isConnecting = [...ring.peers.values()].some((other) => !other.isIncoming && other.leaving === undefined);
    if (!isConnecting) ring.wantsRight = 'Connecting to left';
    return;
  }
  if (left.member === member) closePeer(director, left, 'Replacing with new incoming connection', now);
  else if (isNearerLeft(ring, member, left.member)) askToMakeRoom(director, left, member);
  else {
    left.isBeingVerified = true;
    ping(director, left, now);
  }
};

/** Once for each who waits for it. */
const askToMakeRoom = (director: Director, left: Peer, member: Member): void => {
  if (left.successor === member) return;
  left.successor = member;
  send(director, left, { cmd: 'CONNECT', ip: member.ip, port: member.port });
};

/** A handshaked incoming connection. It may have to wait until the present left has gone. */
export const assignLeft = (director: Director, peer: Peer, now: number): void => {
  const { ring } = director;
  const { left } = ring;
  const { member } = peer;
  if (member === undefined) return;
  if (member.isSelf) {
    logPeer(director, peer, 'error', 'director_is_self', 'Connection from self, dropping');
    throw new PeerFault('Connection from self, dropping', 'logged');
  }
  if (left?.member !== undefined && left.member !== member) {
    // Our left may be another one than when it said ME.
    if (isNearerLeft(ring, member, left.member)) askToMakeRoom(director, left, member);
    else if (!left.isBeingVerified) sendElsewhere(director, peer, left.member, now);
    return;
  }
  if (left !== undefined) {
    const name = hostName(member);
    logPeer(director, peer, 'warning', 'director_replaced', `Replacing left director connection ${name} with ${name}`);
    closePeer(director, left, `Replacing with ${name}`, now);
  }
  ring.left = peer;
  ring.wantsLeft = false;
  resendUsers(director, peer);
  sideAssigned(director, now);
  restartPing(peer, now);
};

/** We lost our left: is there another? */
export const assignLefts = (director: Director, now: number): void => {
  const { ring } = director;
  for (const peer of ring.peers.values()) {
    const isWaiting = peer.isIncoming && peer.state === 'handshaked' && peer.leaving === undefined;
    if (isWaiting && peer !== ring.left && peer.member?.isSelf === false) assignLeft(director, peer, now);
  }
};

/** Those that were tried because our new right did not answer at once. */
const endFartherAttempts = (director: Director, right: Peer, member: Member, now: number): void => {
  for (const peer of director.ring.peers.values()) {
    if (peer.isIncoming || peer === right || peer.member === undefined) continue;
    if (!isNearerRight(director.ring, member, peer.member)) continue;
    closePeer(director, peer, `Replacing with ${hostName(member)}`, now);
  }
};

/** A handshaked outgoing connection. False: there is a better one, and this is closed. */
export const assignRight = (director: Director, peer: Peer, now: number): boolean => {
  const { ring } = director;
  const { right } = ring;
  const { member } = peer;
  if (member === undefined) return false;
  const name = hostName(member);
  if (right?.member !== undefined) {
    const rightName = hostName(right.member);
    if (!isNearerRight(ring, member, right.member)) {
      const text = `Aborting incorrect outgoing connection to ${name} (already connected to correct one: ${rightName})`;
      logPeer(director, peer, 'warning', 'director_wrong_right', text);
      closePeer(director, peer, 'Replacing with right connection', now);
      return false;
    }
    const text = `Replacing right director connection ${rightName} with ${name}`;
    logPeer(director, peer, 'warning', 'director_replaced', text);
    closePeer(director, right, `Replacing with ${name}`, now);
  }
  ring.right = peer;
  ring.wantsRight = undefined;
  endFartherAttempts(director, peer, member, now);
  sideAssigned(director, now);
  restartPing(peer, now);
  sendDelayedSyncs(director, now);
  return true;
};
