/**
 * How connections of the ring end. What follows (a new left, a new right) is done at the end of the batch of input, in
 * settle.ts.
 */
import type { Director } from '../director.ts';
import { formatSeconds, logPeer } from './log.ts';
import { type Peer, peerName, send } from './peer.ts';
import { type ConnectReason, setUnsynced } from './ring.ts';

/** A connection lost before this age says that the network, or the peer, is not well. */
const SUCCESS_MS = 40_000;

/** `quit`: the word for the peer. `next`: why we look for another right, if this was it or there is none. */
export const closePeer = (director: Director, peer: Peer, quit: string, now: number, next?: ConnectReason): void => {
  const { ring } = director;
  if (!ring.peers.delete(peer.id)) return;
  if (quit !== '') send(director, peer, { cmd: 'QUIT', reason: quit });
  director.effects.push({ do: 'ring-close', peer: peer.id });
  peer.handover?.close();
  peer.handover = undefined;
  const wasSide = peer === ring.left || peer === ring.right;
  if (peer === ring.right) ring.right = undefined;
  if (peer === ring.left) {
    ring.left = undefined;
    ring.leftHeardAt = peer.traffic.lastInput || now;
    ring.wantsLeft = true;
  }
  if (next !== undefined && ring.right === undefined) ring.wantsRight = next;
  if (!wasSide) return;
  // Not synced until we are in a ring again, or known to be alone.
  ring.syncSeq++;
  setUnsynced(ring, now);
};

/** Gone by no wish of ours; `quit`: what it may still hear. */
export const lostPeer = (director: Director, peer: Peer, reason: string, quit: string, now: number): void => {
  logDisconnect(director, peer, reason, now);
  dropPeer(director, peer, quit, now);
};

/** As `lostPeer`, already logged. */
export const dropPeer = (director: Director, peer: Peer, quit: string, now: number): void => {
  const { member } = peer;
  const isYoung = peer.connectedAt === 0 || peer.connectedAt + SUCCESS_MS > now;
  if (member !== undefined && isYoung) member.lastNetworkFailure = now;
  closePeer(director, peer, quit, now, 'Reconnecting after disconnection');
};

const logDisconnect = (director: Director, peer: Peer, reason: string, now: number): void => {
  const name = peerName(director, peer);
  const elsewhere = peer.leaving?.elsewhere;
  if (elsewhere !== undefined) {
    const text = `Director ${name} tried to connect to us, should use ${elsewhere} instead`;
    logPeer(director, peer, 'warning', 'director_wrong_connection', text);
    return;
  }
  const because = reason === '' ? '' : `: ${reason}`;
  const text = `Director ${name} disconnected: Connection closed${because} (${peerFacts(peer, now).join(', ')})`;
  logPeer(director, peer, 'error', 'director_disconnected', text);
};

/** What an administrator wants to know of a connection that ended. */
export const peerFacts = (peer: Peer, now: number): string[] => {
  const { traffic } = peer;
  const facts = [
    `bytes in=${traffic.bytesIn}`,
    `bytes out=${traffic.bytesOut}`,
    `${peer.handshakeUsersReceived}+${peer.usersReceived} USERs received`,
  ];
  if (peer.handshakeUsersSent > 0) facts.push(`${peer.handshakeUsersSent} USERs sent in handshake`);
  if (traffic.lastInput > 0) facts.push(`last input ${formatSeconds(now - traffic.lastInput)} s ago`);
  if (traffic.lastOutput > 0) facts.push(`last output ${formatSeconds(now - traffic.lastOutput)} s ago`);
  if (peer.connectedAt > 0) facts.push(`connected ${formatSeconds(now - peer.connectedAt)} s ago`);
  if (traffic.buffered > 0) facts.push(`${traffic.buffered} bytes in output buffer`);
  facts.push(`${traffic.peakBuffered} peak output buffer size`);
  if (peer.meAt === 0) facts.push('handshake ME not received');
  else if (peer.state !== 'handshaked') facts.push('handshake DONE not received');
  if (peer.isSynced) facts.push('synced');
  return facts;
};
