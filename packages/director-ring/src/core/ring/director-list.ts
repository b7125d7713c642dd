/** The rows of DIRECTOR-LIST: directors by address, one for each connection (doveadm-connection.c). */
import { type ByteString, type DirectorListRow, encodeDirectorListRow } from '@homing/wire';
import type { Director } from '../director.ts';
import type { Peer } from './peer.ts';
import { isHandshaked, isSynced, type Member, type Ring } from './ring.ts';
import { clockSeconds } from './wall-clock.ts';

const END = '\n';

export const directorList = (director: Director, now: number): ByteString => {
  const { ring } = director;
  const rows: DirectorListRow[] = [];
  const peers = [...ring.peers.values()];
  for (const peer of peers) {
    if (peer.member !== undefined) continue;
    rows.push({ ip: peer.sourceIp, port: 0, type: 'in', lastFailed: 0, ...connection(director, peer) });
  }
  for (const member of ring.members) {
    const lastFailed = clockSeconds(director, Math.max(member.lastNetworkFailure, member.lastProtocolFailure));
    const base = { ip: member.ip, port: member.port, lastFailed };
    const own = peers.filter((peer) => peer.member === member);
    if (member.isSelf) {
      rows.push({ ...base, type: 'self', status: ringStatus(ring, now), counters: [`${ring.lastSyncMs}`] });
    } else if (own.length === 0) rows.push({ ...base, type: typeWithout(member), status: '', counters: [] });
    for (const peer of own) rows.push({ ...base, type: sideOf(ring, peer), ...connection(director, peer) });
  }
  return rows.map(encodeDirectorListRow).join('') + END;
};

const typeWithout = (member: Member): DirectorListRow['type'] => (member.removedSince === undefined ? '' : 'removed');

const sideOf = (ring: Ring, peer: Peer): DirectorListRow['type'] => {
  if (peer === ring.left) return 'left';
  if (peer === ring.right) return 'right';
  return peer.isIncoming ? 'in' : 'out';
};

const ringStatus = (ring: Ring, now: number): string => {
  if (!isHandshaked(ring)) return 'ring handshaking';
  if (isSynced(ring)) return 'ring synced';
  return `ring syncing - last sync ${Math.floor((now - ring.stateSince) / 1000)} secs ago`;
};

const connection = (director: Director, peer: Peer): { status: string; counters: string[] } => {
  const { traffic, pingMs } = peer;
  const counters = [
    pingMs,
    traffic.bytesIn,
    traffic.bytesOut,
    traffic.buffered,
    traffic.peakBuffered,
    clockSeconds(director, traffic.lastInput),
    clockSeconds(director, traffic.lastOutput),
  ];
  return { status: peerStatus(peer), counters: counters.map(String) };
};

const peerStatus = (peer: Peer): string => {
  if (peer.state === 'handshaked') return peer.isSynced ? 'synced' : 'syncing';
  return peer.isIncoming
    ? `handshaking - ${peer.handshakeUsersReceived} USERs received`
    : `handshaking - ${peer.handshakeUsersSent} USERs sent`;
};
