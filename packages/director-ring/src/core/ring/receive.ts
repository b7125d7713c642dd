/** Lines from another director: which are welcome now, and who handles them. */
import {
  assertNever,
  type ByteString,
  DIRECTOR_RING_MAX_LINE,
  formatRingInputError,
  parseRingCommand,
  type RingCommand,
  ringInputQuitReason,
  ringSupports,
  WireError,
} from '@homing/wire';
import type { Director } from '../director.ts';
import { closePeer } from './close.ts';
import { onDone } from './done.ts';
import { onMe, onOptions, onVersion } from './handshake.ts';
import { startHostList } from './host-list.ts';
import { logPeer } from './log.ts';
import { onHost, onHostFlush, onHostOfList, onHostRemove } from './on-host.ts';
import { onUserKick, onUserKickAlt, onUserKickHash } from './on-kick.ts';
import { onUserKilled, onUserKilledEverywhere, onUserMove } from './on-move.ts';
import { onSync } from './on-sync.ts';
import { onHandshakeUser, onUser, onUserWeak } from './on-user.ts';
import { type Peer, PeerFault } from './peer.ts';
import { onPing, onPong } from './ping.ts';
import { onConnect, onDirector, onDirectorRemove } from './ring-change.ts';
import { fromClock } from './wall-clock.ts';

/** A right that leaves sooner is none. */
const SHORTEST_MS = 1000;

/** Everything of one read; `settleRing` follows. */
export const receiveBytes = (director: Director, id: number, bytes: ByteString, now: number): void => {
  const peer = director.ring.peers.get(id);
  // Whoever was told to go elsewhere is only waited for.
  if (peer === undefined || peer.leaving !== undefined) return;
  peer.lines.push(bytes);
  let line: ByteString | undefined;
  try {
    for (;;) {
      // So that `refuseLine` knows whether a line was read.
      line = undefined;
      line = peer.lines.next();
      if (line === undefined) break;
      handleLine(director, peer, line, now);
      // A command may have ended the connection.
      if (director.ring.peers.get(id) !== peer || peer.leaving !== undefined) return;
    }
  } catch (error) {
    refuseLine(director, peer, line, error, now);
    return;
  }
  peer.timer.at = now + peer.timer.ms;
};

const refuseLine = (
  director: Director,
  peer: Peer,
  line: ByteString | undefined,
  error: unknown,
  now: number,
): void => {
  const { member } = peer;
  if (line === undefined) {
    if (!(error instanceof WireError)) throw error;
    const text = `Director sent us more than ${DIRECTOR_RING_MAX_LINE + 1} bytes`;
    logPeer(director, peer, 'error', 'director_invalid_input', formatRingInputError('', text));
    if (member !== undefined) member.lastProtocolFailure = now;
    closePeer(director, peer, 'Too long input line', now, 'Reconnecting after error');
    return;
  }
  let isShunned = false;
  if (error instanceof WireError) {
    isShunned = error.code !== 'bad-version';
    const text = isShunned ? formatRingInputError(line, error.message) : error.message;
    logPeer(director, peer, 'error', 'director_invalid_input', text);
  } else if (error instanceof PeerFault) {
    isShunned = error.kind === 'shunned';
    const text = isShunned ? formatRingInputError(line, error.message) : error.message;
    if (error.kind !== 'logged') logPeer(director, peer, 'error', 'director_invalid_input', text);
  } else throw error;
  if (member !== undefined) {
    if (isShunned) member.lastProtocolFailure = now;
    else if (wasInVain(peer, now)) member.lastNetworkFailure = now;
  }
  closePeer(director, peer, ringInputQuitReason(line), now, 'Reconnecting after error');
};

/**
 * Whoever will not have us, or is somebody else, would say so again at once. Upstream connects to it again without a
 * pause, and never comes to be alone.
 */
const wasInVain = (peer: Peer, now: number): boolean =>
  !peer.isIncoming && (peer.state !== 'handshaked' || peer.createdAt + SHORTEST_MS > now);

const handleLine = (director: Director, peer: Peer, line: ByteString, now: number): void => {
  if (peer.state === 'wait-version') {
    if (!line.startsWith('VERSION\t')) throw new PeerFault('Incompatible protocol');
  } else if (peer.state === 'wait-me' && !line.startsWith('ME\t') && !line.startsWith('VERSION\t')) {
    throw new PeerFault('Expecting ME command first');
  }
  const command = fromClock(director, parseRingCommand(line, peer.hostList !== undefined));
  if (peer.state === 'handshaked') handleCommand(director, peer, command, now);
  else handleHandshake(director, peer, command, now);
};

/** Before DONE. Normal commands may come in between, but for the list of backends. */
const handleHandshake = (director: Director, peer: Peer, command: RingCommand, now: number): void => {
  if (peer.hostList !== undefined) {
    if (command.cmd === 'HOST' && command.origin === undefined) {
      onHostOfList(director, peer, command.host, peer.hostList, now);
    } else if (command.cmd === 'HOST-HAND-END') peer.hostList = undefined;
    else throw new PeerFault('Unexpected command during host list');
    return;
  }
  switch (command.cmd) {
    case 'VERSION':
      if (peer.state !== 'wait-version') throw new PeerFault('Unknown command VERSION');
      onVersion(director, peer, command.minor, now);
      return;
    case 'ME':
      onMe(director, peer, command, now);
      return;
    case 'HOST-HAND-START':
      if (!peer.isIncoming) throw new PeerFault('Host list is only for incoming connections');
      peer.hostList = startHostList(director, peer, command.isComplete, now);
      return;
    case 'U':
      if (!peer.isIncoming) throw new PeerFault('Unknown command U');
      onHandshakeUser(director, peer, command, now);
      return;
    case 'USER':
      if (peer.isIncoming && isHandshakeUser(peer, command)) onHandshakeUser(director, peer, command, now);
      else onUser(director, peer, command, now);
      return;
    case 'OPTIONS':
      onOptions(command.options);
      return;
    case 'DONE':
      onDone(director, peer, now);
      return;
    default:
      handleCommand(director, peer, command, now);
  }
};

/** An old director's users of the handshake look like updates with a timestamp, which it would not send. */
const isHandshakeUser = (peer: Peer, { timestamp }: { timestamp: number | undefined }): boolean =>
  timestamp !== undefined && !ringSupports(peer.minor, 'user-timestamp');

const handleCommand = (director: Director, peer: Peer, command: RingCommand, now: number): void => {
  switch (command.cmd) {
    case 'PING':
      onPing(director, peer, command, now);
      return;
    case 'PONG':
      onPong(director, peer, command, now);
      return;
    case 'USER':
      onUser(director, peer, command, now);
      return;
    case 'USER-WEAK':
      onUserWeak(director, peer, command, now);
      return;
    case 'HOST':
      onHost(director, peer, command, now);
      return;
    case 'HOST-REMOVE':
      onHostRemove(director, peer, command, now);
      return;
    case 'HOST-FLUSH':
      onHostFlush(director, peer, command, now);
      return;
    case 'USER-MOVE':
      onUserMove(director, peer, command, now);
      return;
    case 'USER-KICK':
      onUserKick(director, peer, command, now);
      return;
    case 'USER-KICK-ALT':
      onUserKickAlt(director, peer, command, now);
      return;
    case 'USER-KICK-HASH':
      onUserKickHash(director, peer, command, now);
      return;
    case 'USER-KILLED':
      onUserKilled(director, peer, command, now);
      return;
    case 'USER-KILLED-EVERYWHERE':
      onUserKilledEverywhere(director, peer, command, now);
      return;
    case 'DIRECTOR':
      onDirector(director, peer, command, now);
      return;
    case 'DIRECTOR-REMOVE':
      onDirectorRemove(director, peer, command, now);
      return;
    case 'SYNC':
      onSync(director, peer, command, now);
      return;
    case 'CONNECT':
      onConnect(director, peer, command, now);
      return;
    case 'QUIT':
      onQuit(director, peer, command.reason);
      return;
    case 'VERSION':
    case 'ME':
    case 'HOST-HAND-START':
    case 'HOST-HAND-END':
    case 'U':
    case 'OPTIONS':
    case 'DONE':
      throw new PeerFault(`Unknown command ${command.cmd}`);
    default:
      assertNever(command);
  }
};

const onQuit = (director: Director, peer: Peer, reason: string): void => {
  const name = peer.member === undefined ? peer.sourceIp : `${peer.member.ip}:${peer.member.port}`;
  const text = `Director ${name} disconnected us with reason: ${reason}`;
  logPeer(director, peer, 'warning', 'director_quit', text);
  throw new PeerFault(text, 'logged');
};
