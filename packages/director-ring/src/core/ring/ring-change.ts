/** Directors come and go: DIRECTOR, DIRECTOR-REMOVE, CONNECT, and `doveadm director ring add|remove`. */
import type { RingCommand } from '@homing/wire';
import type { Director } from '../director.ts';
import { closePeer } from './close.ts';
import { MAX_MEMBERS } from './handshake.ts';
import { hostName, logPeer, logRing } from './log.ts';
import { addMember, findMember, isNearerRight, memberRestarted, preferredRight } from './members.ts';
import { connectTo } from './open.ts';
import { type Peer, peerName, send } from './peer.ts';
import { update } from './propagate.ts';
import type { DirectorHost, Member, Ring } from './ring.ts';
import { startSync } from './sync.ts';

/** DIRECTOR_RECONNECT_AFTER_WRONG_CONNECT_MSECS. */
const WRONG_CONNECT_MS = 1000;

/** A director that was added has heard of it by now. */
const ADDED_MS = 1000;

/** How often a director's name is passed on: more than by starts of all directors at once. */
const NAMED_A_SECOND = 20;

type Named = Extract<RingCommand, { cmd: 'DIRECTOR' | 'DIRECTOR-REMOVE' | 'CONNECT' }>;

/** `source`: who told us; ourselves for an administrator's wish. */
export const addDirector = (director: Director, host: DirectorHost, source: Member, now: number): Member => {
  const { ring } = director;
  const member = addNamed(director, host, source);
  ring.hasNewMembers = true;
  update(director, source, { cmd: 'DIRECTOR', ip: member.ip, port: member.port });
  // It may be there already, and has given up on us.
  if (preferredRight(ring) === member) ring.reconnect = { at: now + ADDED_MS, why: 'preferred' };
  return member;
};

export const onDirector = (director: Director, peer: Peer, { ip, port }: Named, now: number): void => {
  const { ring } = director;
  if (peer.member === undefined) return;
  const known = findMember(ring, { ip, port });
  if (known?.isSelf === true) return;
  if (known?.removedSince !== undefined) {
    // Of another part of a ring that was cut, which has not heard of it.
    if (peer.state !== 'handshaked') send(director, peer, { cmd: 'DIRECTOR-REMOVE', ip, port });
    return;
  }
  if (known === undefined) {
    if (!mayAdd(director, peer, { ip, port }, now)) return;
    forward(director, addNamed(director, { ip, port }, peer.member), peer.member, now);
    return;
  }
  if (peer.state === 'handshaked') known.lastNetworkFailure = 0;
  memberRestarted(known);
  forward(director, known, peer.member, now);
};

const addNamed = (director: Director, host: DirectorHost, source: Member): Member => {
  const text = `Adding director ${hostName(host)} to ring (requested by ${hostName(source)})`;
  logRing(director, 'info', 'director_added', text);
  return addMember(director.ring, host);
};

/**
 * Not if we should be connected to it: it is dead then, and its name would go round for ever. Where connections that are
 * on their way elsewhere make a circle without it, the name goes round as well: for these there is a limit.
 */
const forward = (director: Director, member: Member, source: Member, now: number): void => {
  const { ring } = director;
  if (ring.right?.member !== undefined && isNearerRight(ring, member, ring.right.member)) return;
  if (member.namedSince + 1000 <= now) {
    member.namedSince = now;
    member.named = 0;
  }
  if (++member.named > NAMED_A_SECOND) return;
  ring.hasNewMembers = true;
  update(director, source, { cmd: 'DIRECTOR', ip: member.ip, port: member.port });
};

const mayAdd = (director: Director, peer: Peer, host: DirectorHost, now: number): boolean => {
  const isFull = director.ring.members.length >= MAX_MEMBERS;
  if (!isFull && !director.settings.homing_director_static_ring) return true;
  if (!director.ring.refusedThrottle.accept(now)) return false;
  const why = isFull ? 'the ring is full' : 'homing_director_static_ring';
  logPeer(director, peer, 'warning', 'director_not_added', `Not adding director ${hostName(host)} to ring: ${why}`);
  return false;
};

export const onDirectorRemove = (director: Director, peer: Peer, { ip, port }: Named, now: number): void => {
  const member = findMember(director.ring, { ip, port });
  if (member === undefined || member.removedSince !== undefined) return;
  // Who claims to be us is not told apart before it has said everything.
  if (peer.member === undefined || peer.member.isSelf) return;
  removeDirector(director, member, peer.member, now);
};

export const removeDirector = (director: Director, member: Member, source: Member, now: number): void => {
  const { ring } = director;
  const text = `Removing director ${hostName(member)} from ring (requested by ${hostName(source)})`;
  logRing(director, 'info', 'director_removed', text);
  if (member.isSelf) warnOfRemoval(director);
  // Others will disconnect us.
  if (member.isSelf && !source.isSelf) return;
  // Forgotten later: what follows may bring its name back.
  if (!member.isSelf) member.removedSince = now;
  update(director, source, { cmd: 'DIRECTOR-REMOVE', ip: member.ip, port: member.port });
  if (!member.isSelf) {
    for (const peer of ring.peers.values()) {
      if (peer.member === member) {
        closePeer(director, peer, 'Removing from ring', now, 'Reconnecting after director was removed');
      }
    }
  }
  startSync(director, now);
};

/** Whoever goes on sending us users should know that we do not share them any more. */
const warnOfRemoval = (director: Director): void => {
  const text =
    'This director was removed from its ring: it serves alone now, and the ring without it. Take it out of service';
  logRing(director, 'warning', 'director_self_removed', text);
};

/** Two who see the ring differently would send us to and fro without a pause. */
const wasJustTried = (ring: Ring, member: Member, now: number): boolean => {
  const isTrying = [...ring.peers.values()].some((peer) => !peer.isIncoming && peer.member === member);
  return !isTrying && Math.max(member.lastNetworkFailure, member.lastAttempt) + WRONG_CONNECT_MS > now;
};

export const onConnect = (director: Director, peer: Peer, { ip, port }: Named, now: number): void => {
  const { ring } = director;
  const known = findMember(ring, { ip, port });
  const member = known ?? (mayAdd(director, peer, { ip, port }, now) ? addMember(ring, { ip, port }) : undefined);
  const { right } = ring;
  const isNearer = right?.member === undefined || (member !== undefined && isNearerRight(ring, member, right.member));
  const isWrong = member === undefined || member.isSelf || !isNearer || member.removedSince !== undefined;
  const isHere = !peer.isIncoming && member === peer.member;
  if (isWrong || isHere || wasJustTried(ring, member, now)) {
    peer.leaving ??= { at: now + WRONG_CONNECT_MS, quit: 'Wrong CONNECT requested', elsewhere: undefined };
    return;
  }
  member.lastNetworkFailure = 0;
  member.lastProtocolFailure = 0;
  const state = right === undefined ? 'initializing right' : `replacing current right ${peerName(director, right)}`;
  const reason = `Received CONNECT request from ${peerName(director, peer)} - ${state}`;
  // They take no more commands from us.
  if (right !== undefined) closePeer(director, right, 'CONNECT requested', now);
  if (peer !== right && !peer.isIncoming) closePeer(director, peer, 'CONNECT requested', now);
  connectTo(director, member, reason, now);
};
