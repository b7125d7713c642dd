/** How connections of the ring begin (director-connection.c, director_connection_init_in() and _out()). */
import { createLineDecoder, DIRECTOR_RING_MAX_LINE, type IpAddress } from '@homing/wire';
import type { Director } from '../director.ts';
import { dropPeer, lostPeer } from './close.ts';
import { startHandshake } from './handshake.ts';
import { hostName, logPeer, logRing } from './log.ts';
import { memberRestarted } from './members.ts';
import { type Peer, peerName } from './peer.ts';
import { type Member, silenceLimit } from './ring.ts';

/** Upstream waits 10 s, one director after the other. */
const CONNECT_TIMEOUT_MS = 5000;
const ME_TIMEOUT_MS = 10_000;

/** A director has one connection to us, two for a moment. */
const MAX_PER_ADDRESS = 8;

const createPeer = (director: Director, sourceIp: IpAddress, member: Member | undefined, now: number): Peer => {
  const isIncoming = member === undefined;
  const ms = isIncoming ? ME_TIMEOUT_MS : CONNECT_TIMEOUT_MS;
  const peer: Peer = {
    id: director.nextId++,
    isIncoming,
    sourceIp,
    lines: createLineDecoder(DIRECTOR_RING_MAX_LINE),
    traffic: { bytesIn: 0, bytesOut: 0, buffered: 0, peakBuffered: 0, lastInput: 0, lastOutput: 0 },
    state: isIncoming ? 'wait-version' : 'connecting',
    member,
    minor: 0,
    hostList: undefined,
    listUse: undefined,
    hasUnknownHosts: false,
    handover: undefined,
    isSynced: false,
    wasSynced: false,
    isBeingVerified: false,
    successor: undefined,
    timer: { kind: isIncoming ? 'me' : 'connect', at: now + ms, ms },
    pong: undefined,
    leaving: undefined,
    pingMs: 0,
    createdAt: now,
    connectedAt: isIncoming ? now : 0,
    meAt: 0,
    usersReceived: 0,
    handshakeUsersReceived: 0,
    handshakeUsersSent: 0,
  };
  director.ring.peers.set(peer.id, peer);
  return peer;
};

/** Somebody connected to our ring port. `undefined`: it is nobody we know; close the connection without a word. */
export const acceptPeer = (director: Director, sourceIp: IpAddress, now: number): Peer | undefined => {
  const { ring } = director;
  const isListed = ring.members.some((member) => member.ip === sourceIp && member.removedSince === undefined);
  if (!isListed && !director.isAllowedPeer(sourceIp)) {
    refuse(director, `Connection from ${sourceIp}: Server not listed in director_servers, dropping`, now);
    return undefined;
  }
  let count = 0;
  for (const peer of ring.peers.values()) if (peer.isIncoming && peer.sourceIp === sourceIp) count++;
  if (count >= MAX_PER_ADDRESS) {
    refuse(director, `Connection from ${sourceIp}: Has ${count} connections already, dropping`, now);
    return undefined;
  }
  const peer = createPeer(director, sourceIp, undefined, now);
  const text = `Incoming connection from director ${peerName(director, peer)}`;
  logPeer(director, peer, 'info', 'director_connected', text);
  startHandshake(director, peer, now);
  return peer;
};

const refuse = (director: Director, text: string, now: number): void => {
  if (director.ring.refusedThrottle.accept(now)) logRing(director, 'warning', 'director_refused', text);
};

/** Does nothing if there is such a connection already. */
export const connectTo = (director: Director, member: Member, reason: string, now: number): void => {
  const { ring, effects } = director;
  for (const peer of ring.peers.values()) if (!peer.isIncoming && peer.member === member) return;
  const facts = [`as ${ring.self.ip}`];
  if (member.lastNetworkFailure > 0) facts.push(`last network failure ${ago(member.lastNetworkFailure, now)}`);
  if (member.lastProtocolFailure > 0) facts.push(`last protocol failure ${ago(member.lastProtocolFailure, now)}`);
  const text = `Connecting to ${hostName(member)} (${facts.join(', ')}): ${reason}`;
  // Whoever was not there the last time is news when it is.
  logRing(director, member.isUnreachable ? 'debug' : 'info', 'director_connecting', text, {
    director: hostName(member),
  });
  // So that it counts as a candidate while we try.
  member.lastNetworkFailure = 0;
  member.lastAttempt = now;
  memberRestarted(member);
  const peer = createPeer(director, member.ip, member, now);
  effects.push({ do: 'ring-connect', peer: peer.id, host: { ip: member.ip, port: member.port } });
};

const ago = (then: number, now: number): string => `${Math.floor((now - then) / 1000)}s ago`;

export const peerConnected = (director: Director, id: number, now: number): void => {
  const peer = director.ring.peers.get(id);
  if (peer === undefined || peer.state !== 'connecting') return;
  peer.state = 'wait-version';
  peer.connectedAt = now;
  const ms = silenceLimit(director.ring, ME_TIMEOUT_MS);
  peer.timer = { kind: 'me', at: now + ms, ms };
  if (peer.member !== undefined) peer.member.isUnreachable = false;
  startHandshake(director, peer, now);
};

/** The connection ended or failed, or could not be opened. `reason` is empty for the end of input. */
export const peerLost = (director: Director, id: number, reason: string, now: number): void => {
  const peer = director.ring.peers.get(id);
  if (peer === undefined) return;
  if (peer.state !== 'connecting') {
    lostPeer(director, peer, reason, '', now);
    return;
  }
  const level = peer.member?.isUnreachable === true ? 'debug' : 'error';
  logPeer(director, peer, level, 'director_connect_failed', `connect() failed: ${reason}`);
  connectFailed(director, peer, now);
};

export const connectFailed = (director: Director, peer: Peer, now: number): void => {
  if (peer.member !== undefined) peer.member.isUnreachable = true;
  dropPeer(director, peer, '', now);
};
