/**
 * A connection to another director.
 *
 *     incoming: wait-version -> wait-me -> handshaking -DONE-> handshaked (-> left)
 *     outgoing: connecting -> wait-version -> wait-me -> handshaking -DONE-> handshaked -> right
 *     told to go elsewhere by CONNECT: leaving
 */
import { type ByteString, encodeRingCommand, type IpAddress, type LineDecoder, type RingCommand } from '@homing/wire';
import type { Director } from '../director.ts';
import type { Member } from './ring.ts';
import { toClock } from './wall-clock.ts';

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
  readonly lines: LineDecoder;
  readonly traffic: PeerTraffic;
  state: PeerState;
  /** Of an incoming connection: unknown before ME. */
  member: Member | undefined;
  /** 0 before VERSION. */
  minor: number;
  /** Between HOST-HAND-START and HOST-HAND-END. */
  hostList: HostListUse | undefined;
  /** What was made of its host list; undefined before that. */
  listUse: HostListUse | undefined;
  /** It named a backend that we do not have, and the log says so. */
  hasUnknownHosts: boolean;
  /** Our users on their way to it in the handshake, one tag after the other. */
  handover: { next(): RingCommand | undefined; close(): void } | undefined;
  isSynced: boolean;
  /** The ring was synced since it became left or right: USER-WEAK does no harm now. */
  wasSynced: boolean;
  /** A current left that others wait to replace, if it does not answer a PING. */
  isBeingVerified: boolean;
  /** Whom it was told to connect to, so that this one can become our left. */
  successor: Member | undefined;
  /** Unix milliseconds. `timer`: what the state waits for, restarted by input. */
  timer: { kind: 'connect' | 'me' | 'done' | 'ping' | 'ping-answer'; at: number; ms: number };
  /** When the PONG must be there, and when the PING was sent. */
  pong: { deadline: number; sentAt: number; buffered: number } | undefined;
  /** On its way out: nothing it says counts, and then it is disconnected. `elsewhere`: where we told it to connect. */
  leaving: { at: number; quit: string; elsewhere: string | undefined } | undefined;
  pingMs: number;
  createdAt: number;
  connectedAt: number;
  meAt: number;
  usersReceived: number;
  handshakeUsersReceived: number;
  handshakeUsersSent: number;
};

/**
 * The connection cannot go on; the message goes to the log. Whoever broke the grammar or the order is shunned for a
 * while, since it would do so again at once (director_cmd_error()).
 */
export class PeerFault extends Error {
  override readonly name = 'PeerFault';
  readonly kind: 'shunned' | 'not-shunned' | 'logged';

  constructor(text: string, kind: PeerFault['kind'] = 'shunned') {
    super(text);
    this.kind = kind;
  }
}

/**
 * In the form that its version understands, or not at all. A backend that changes before the peer has told its version is
 * written for the ring as a whole, as upstream always does: the oldest form says neither "down" nor the tag. So is a user,
 * who would be refreshed by the oldest form, which has no time.
 */
export const send = (director: Director, peer: Peer, command: RingCommand): void => {
  if (peer.state !== 'connecting') sendText(director, peer, lineFor(director, peer, command));
};

/** `text`: lines for this peer. */
export const sendText = (director: Director, peer: Peer, text: ByteString): void => {
  if (text !== '') director.effects.push({ do: 'ring-send', peer: peer.id, text });
};

export const lineFor = (director: Director, peer: Peer, command: RingCommand): ByteString => {
  const { minMinor } = director.ring;
  const isEarly = peer.state === 'wait-version' && (command.cmd === 'HOST' || command.cmd === 'USER');
  return encodeRingCommand(toClock(director, command), isEarly ? minMinor : peer.minor, minMinor);
};

/** As in Dovecot's log prefix: `127.0.0.2:9090/right`. */
export const peerName = ({ ring }: Director, peer: Peer): string => {
  const { member } = peer;
  const side = peer === ring.left ? 'left' : peer === ring.right ? 'right' : peer.isIncoming ? 'in' : 'out';
  return member === undefined ? `${peer.sourceIp}/${side}` : `${member.ip}:${member.port}/${side}`;
};
