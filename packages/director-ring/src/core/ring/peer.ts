/**
 * A connection to another director.
 *
 *     incoming: wait-version -> wait-me -> handshaking -DONE-> handshaked (-> left)
 *     outgoing: connecting -> wait-version -> wait-me -> handshaking -DONE-> handshaked -> right
 *     told to go elsewhere by CONNECT: leaving
 */
import { type ByteString, encodeRingCommand, type IpAddress, type RingCommand } from '@homing/wire';
import type { Director } from '../director.ts';
import type { UserCursor } from '../user/user-cursor.ts';
import type { Member } from './ring.ts';

/** Kept by the one who moves the bytes. Times are Unix milliseconds, 0 = never. */
export type PeerTraffic = {
  bytesIn: number;
  bytesOut: number;
  /** In the output buffer now, and the most there ever was. */
  buffered: number;
  peakBuffered: number;
  lastInput: number;
  lastOutput: number;
};

export type PeerState = 'connecting' | 'wait-version' | 'wait-me' | 'handshaking' | 'handshaked';

/** What HOST lines of a host list mean: take them instead of ours, merge them, or ignore them. */
export type HostListUse = 'replace' | 'merge' | 'ignore';

export type Peer = {
  readonly id: number;
  readonly isIncoming: boolean;
  readonly sourceIp: IpAddress;
  readonly traffic: PeerTraffic;
  state: PeerState;
  /** Of an incoming connection: unknown before ME. */
  member: Member | undefined;
  /** 0 before VERSION. */
  minor: number;
  /** Between HOST-HAND-START and HOST-HAND-END. */
  hostList: HostListUse | undefined;
  /** Our users on their way to it in the handshake, one tag after the other. */
  handover: { cursor: UserCursor; tags: readonly ByteString[]; since: number } | undefined;
  isSynced: boolean;
  /** The ring was synced since it became left or right: USER-WEAK does no harm now. */
  wasSynced: boolean;
  /** A current left that others wait to replace, if it does not answer a PING. */
  isBeingVerified: boolean;
  /** Told to connect elsewhere: nothing it says counts. */
  isLeaving: boolean;
  /** Unix milliseconds. `timer`: what the state waits for, restarted by input. */
  timer: { kind: 'connect' | 'me' | 'done' | 'ping' | 'ping-answer'; at: number; ms: number };
  /** When the PONG must be there, and when the PING was sent. */
  pong: { deadline: number; sentAt: number } | undefined;
  /** When it is disconnected whatever comes, and with which words. */
  disconnect: { at: number; reason: string; isWrongConnect: boolean } | undefined;
  pingMs: number;
  createdAt: number;
  connectedAt: number;
  meAt: number;
  usersReceived: number;
  handshakeUsersReceived: number;
  handshakeUsersSent: number;
};

/** The peer broke the protocol. `command` goes back in QUIT, `text` to the log; the sender is shunned for a while. */
export class PeerFault extends Error {
  override readonly name = 'PeerFault';
  readonly isShunned: boolean;

  constructor(text: string, isShunned = true) {
    super(text);
    this.isShunned = isShunned;
  }
}

/** In the form that its version understands, or not at all. */
export const send = (director: Director, peer: Peer, command: RingCommand): void => {
  if (peer.state === 'connecting') return;
  const text = encodeRingCommand(command, peer.minor, director.ring.minMinor);
  if (text !== '') director.effects.push({ do: 'ring-send', peer: peer.id, text });
};

/** As in Dovecot's log prefix: `127.0.0.2:9090/right`. */
export const peerName = ({ ring }: Director, peer: Peer): string => {
  const { member } = peer;
  const side = peer === ring.left ? 'left' : peer === ring.right ? 'right' : peer.isIncoming ? 'in' : 'out';
  return member === undefined ? `${peer.sourceIp}/${side}` : `${member.ip}:${member.port}/${side}`;
};
