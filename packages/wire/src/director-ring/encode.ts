/**
 * Writes one line of the ring, as the peer at the other end of a connection understands it. Two minor versions decide:
 * that of the peer, and the lowest of the ring, which came back with our last SYNC (9 before that). What travels round
 * the whole ring in one form follows the lower of both:
 *
 *     peer   U (USER with the same arguments below 9), timestamp of USER (9), columns of SYNC (1), QUIT (3),
 *            DIRECTOR-REMOVE (2), USER-KICK and USER-KICK-HASH (4), OPTIONS (5), USER-KICK-ALT (8),
 *            HOST in a host list: below 6 ip, vhosts and a tag if there is one; from 6 on all columns
 *     both   USER-WEAK (1); HOST as an update: below 6 ip and vhosts, from 6 on all columns, with an empty tag at 6, where
 *            Dovecot forgets that column so that `U0` is read as a tag; from 7 on with the tag
 */
import { assertNever } from '../line/assert-never.ts';
import type { ByteString } from '../line/bytes.ts';
import { escapeTab, joinTabs } from '../line/escape.ts';
import type { RingCommand, RingHost, RingOrigin, SyncState } from './command.ts';
import { ringSupports } from './features.ts';
import { writeHost } from './host-line.ts';
import { DIRECTOR_RING_MAX_LINE } from './limits.ts';

/**
 * With its LF, or '' if the peer must not be told: it does not know the command, or the ring knows no tags and the backend
 * has one. A reason to quit is cut to the length of a line.
 *
 * Throws `RangeError` for a line that is too long, which would cost us 60 s of exclusion. No command of `parseRingCommand`
 * that is passed on becomes too long; names that an administrator gives go through `fitsRingLine` first.
 */
export const encodeRingCommand = (command: RingCommand, peerMinor: number, ringMinor: number): ByteString => {
  const line = writeLine(command, peerMinor, Math.min(peerMinor, ringMinor));
  if (line === '') return '';
  if (line.length > DIRECTOR_RING_MAX_LINE) throw new RangeError(`${command.cmd} is longer than a line of the ring`);
  return `${line}\n`;
};

const writeLine = (command: RingCommand, peer: number, both: number): ByteString => {
  switch (command.cmd) {
    case 'U':
    case 'USER':
      return writeUser(command, peer);
    case 'VERSION':
      return joinTabs(['VERSION', command.protocol, `${command.major}`, `${command.minor}`]);
    case 'ME':
      return `ME\t${command.ip}\t${command.port}${command.time === undefined ? '' : `\t${command.time}`}`;
    case 'DIRECTOR-REMOVE':
      return ringSupports(peer, 'director-remove') ? `DIRECTOR-REMOVE\t${command.ip}\t${command.port}` : '';
    case 'DIRECTOR':
    case 'CONNECT':
      return `${command.cmd}\t${command.ip}\t${command.port}`;
    case 'USER-KILLED':
      return `USER-KILLED\t${command.hash}`;
    case 'HOST-HAND-START':
    case 'HOST-HAND-END':
      return `${command.cmd}\t${command.isComplete ? 1 : 0}`;
    case 'HOST':
      return command.origin === undefined
        ? writeListedHost(command.host, peer)
        : writeHostUpdate(command.origin, command.host, both);
    case 'PING':
    case 'PONG': {
      const { cmd, time, buffered } = command;
      return time === undefined || buffered === undefined ? cmd : `${cmd}\t${time}\t${buffered}`;
    }
    case 'SYNC':
      return `SYNC\t${command.ip}\t${command.port}\t${command.seq}${writeSyncState(command.state, peer)}`;
    case 'OPTIONS':
      return ringSupports(peer, 'options') ? joinTabs(['OPTIONS', ...command.options]) : '';
    case 'DONE':
      return 'DONE';
    case 'QUIT':
      return ringSupports(peer, 'quit') ? `QUIT\t${escapeTab(command.reason)}`.slice(0, DIRECTOR_RING_MAX_LINE) : '';
    default:
      return writeChange(command, peer, both);
  }
};

type UserCommand = Extract<RingCommand, { cmd: 'U' | 'USER' }>;

const writeUser = ({ cmd, hash, ip, timestamp, isWeak }: UserCommand, peer: number): ByteString => {
  const knowsTime = ringSupports(peer, 'user-timestamp');
  if (cmd === 'U') return `${knowsTime ? 'U' : 'USER'}\t${hash}\t${ip}\t${timestamp}${isWeak ? '\tw' : ''}`;
  return `USER\t${hash}\t${ip}${knowsTime && timestamp !== undefined ? `\t${timestamp}` : ''}`;
};

const writeListedHost = (host: RingHost, peer: number): ByteString => {
  const old = host.tag === '' ? 'vhosts' : 'tag';
  return `HOST\t${writeHost(host, ringSupports(peer, 'host-updown') ? 'all' : old)}`;
};

const writeHostUpdate = (origin: RingOrigin, host: RingHost, both: number): ByteString => {
  if (host.tag !== '' && !ringSupports(both, 'tags')) return '';
  return `HOST\t${writeOrigin(origin)}\t${writeHost(host, ringSupports(both, 'host-updown') ? 'all' : 'vhosts')}`;
};

const writeSyncState = (state: SyncState | undefined, peer: number): ByteString => {
  if (state === undefined || !ringSupports(state.minor, 'sync-state') || !ringSupports(peer, 'sync-state')) return '';
  return `\t${state.minor}\t${state.timestamp}\t${state.hostsHash}`;
};

const writeOrigin = ({ ip, port, seq }: RingOrigin): ByteString => `${ip}\t${port}\t${seq}`;

/** What its originator numbers, but for HOST. */
type Change = Extract<RingCommand, { origin: RingOrigin }>;

const writeChange = (command: Change, peer: number, both: number): ByteString => {
  switch (command.cmd) {
    case 'HOST-REMOVE':
    case 'HOST-FLUSH':
      return `${command.cmd}\t${writeOrigin(command.origin)}\t${command.ip}`;
    case 'USER-WEAK':
      if (!ringSupports(both, 'user-weak')) return '';
      return `USER-WEAK\t${writeOrigin(command.origin)}\t${command.hash}\t${command.ip}`;
    case 'USER-MOVE':
      return `USER-MOVE\t${writeOrigin(command.origin)}\t${command.hash}\t${command.ip}`;
    case 'USER-KILLED-EVERYWHERE':
      return `USER-KILLED-EVERYWHERE\t${writeOrigin(command.origin)}\t${command.hash}`;
    case 'USER-KICK':
      if (!ringSupports(peer, 'user-kick')) return '';
      return `USER-KICK\t${writeOrigin(command.origin)}\t${escapeTab(command.username)}`;
    case 'USER-KICK-ALT':
      if (!ringSupports(peer, 'user-kick-alt')) return '';
      return `USER-KICK-ALT\t${writeOrigin(command.origin)}\t${joinTabs([command.field, command.value])}`;
    case 'USER-KICK-HASH':
      if (!ringSupports(peer, 'user-kick')) return '';
      return `USER-KICK-HASH\t${writeOrigin(command.origin)}\t${command.hash}\t${command.exceptIp}`;
    default:
      return assertNever(command);
  }
};
