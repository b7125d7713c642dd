/** Directors that should be connected to somebody else are told so: `CONNECT` (spec: becoming left or right). */
import type { Director } from '../director.ts';
import { hostName } from './log.ts';
import { isNearerLeft } from './members.ts';
import { type Peer, send } from './peer.ts';
import type { Member } from './ring.ts';

/** How long it may take to leave. */
const LEAVE_MS = 10_000;

export const sendElsewhere = (director: Director, peer: Peer, target: Member, now: number): void => {
  if (peer.leaving !== undefined || isReplacingOurs(peer)) return;
  send(director, peer, { cmd: 'CONNECT', ip: target.ip, port: target.port });
  const quit = 'Timeout waiting for disconnect after CONNECT';
  peer.leaving = { at: now + LEAVE_MS, quit, elsewhere: hostName(target) };
};

/** Half of its list would be worse than none. When it is DONE it is told. */
const isReplacingOurs = ({ state, listUse }: Peer): boolean => state !== 'handshaked' && listUse === 'replace';

/** Our left has shown that it lives, so all farther ones belong to it. */
export const sendFartherLeftsAway = (director: Director, left: Peer, now: number): void => {
  const { ring } = director;
  for (const peer of ring.peers.values()) {
    if (!peer.isIncoming || peer === left || peer.member === undefined || left.member === undefined) continue;
    if (isNearerLeft(ring, left.member, peer.member)) sendElsewhere(director, peer, left.member, now);
  }
};
