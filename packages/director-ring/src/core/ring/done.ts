/** DONE: the peer has told everything it knows (director_handshake_cmd_done()). */
import type { Director } from '../director.ts';
import { formatSeconds, logPeer } from './log.ts';
import { type Peer, peerName, send } from './peer.ts';
import { update } from './propagate.ts';
import { assignLeft, assignRight } from './sides.ts';

/** From here on a handshake is worth a warning. */
const SLOW_MS = 29_000;

export const onDone = (director: Director, peer: Peer, now: number): void => {
  const { member } = peer;
  if (member === undefined) return;
  const ms = now - peer.meAt;
  const users = `${peer.handshakeUsersSent} sent, ${peer.handshakeUsersReceived} received`;
  const text = `Handshake with ${peerName(director, peer)} took ${formatSeconds(ms)} secs (users: ${users})`;
  logPeer(director, peer, ms >= SLOW_MS ? 'warning' : 'info', 'director_handshaked', text);
  member.lastNetworkFailure = 0;
  peer.state = 'handshaked';
  if (!peer.isIncoming) {
    assignRight(director, peer, now);
    return;
  }
  send(director, peer, { cmd: 'DONE' });
  if (!member.isSelf) update(director, member, { cmd: 'DIRECTOR', ip: member.ip, port: member.port });
  assignLeft(director, peer, now);
};
