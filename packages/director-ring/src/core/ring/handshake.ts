/**
 * How two directors get to know each other. The one who connects tells what it knows: directors, backends, users; the
 * other answers DONE when it has all (director-connection.c, director_connection_handle_handshake()).
 *
 *     both       VERSION, ME
 *     connecting DIRECTOR ..., HOST-HAND-START, HOST ..., HOST-HAND-END, U ..., OPTIONS, DONE
 *     accepting  DONE
 */
import { DIRECTOR_RING_VERSION, type RingCommand, ringSupports } from '@homing/wire';
import type { Director } from '../director.ts';
import { startHandover } from './handover.ts';
import { logPeer } from './log.ts';
import { addMember, findMember, isSameHost, memberRestarted } from './members.ts';
import { type Peer, PeerFault, send } from './peer.ts';
import { isHandshaked, type Member, silenceLimit } from './ring.ts';
import { meetIncoming } from './sides.ts';

/** Longer than the sender's own 30 s for its users, so that the side at fault logs the reason. */
const DONE_TIMEOUT_MS = 40_000;
const SEND_TIMEOUT_MS = 30_000;

const CLOCK_SECONDS = 1;
const SHUNNED_MS = 60_000;

/** More directors are somebody's attack. */
export const MAX_MEMBERS = 64;

export const startHandshake = (director: Director, peer: Peer, now: number): void => {
  const { members, self } = director.ring;
  send(director, peer, { cmd: 'VERSION', ...DIRECTOR_RING_VERSION });
  send(director, peer, { cmd: 'ME', ip: self.ip, port: self.port, time: Math.floor(now / 1000) });
  if (peer.isIncoming) return;
  for (const { ip, port, removedSince } of members) {
    if (removedSince === undefined) send(director, peer, { cmd: 'DIRECTOR', ip, port });
  }
};

export const onVersion = (director: Director, peer: Peer, minor: number, now: number): void => {
  peer.minor = minor;
  peer.state = 'wait-me';
  const hasTags = director.hosts.all().some((host) => host.tag !== '');
  if (!ringSupports(minor, 'tags') && hasTags) {
    throw new PeerFault('Director version supports incompatible tags', 'not-shunned');
  }
  if (!peer.isIncoming) sendState(director, peer, now);
};

const sendState = (director: Director, peer: Peer, now: number): void => {
  const isComplete = isHandshaked(director.ring);
  send(director, peer, { cmd: 'HOST-HAND-START', isComplete });
  for (const host of director.hosts.all()) send(director, peer, { cmd: 'HOST', origin: undefined, host });
  send(director, peer, { cmd: 'HOST-HAND-END', isComplete });
  startHandover(director, peer, now);
};

type Me = Extract<RingCommand, { cmd: 'ME' }>;

export const onMe = (director: Director, peer: Peer, me: Me, now: number): void => {
  if (peer.meAt !== 0) throw new PeerFault('Duplicate ME');
  const member = peer.isIncoming ? memberOf(director, peer, me) : checkName(peer, me);
  peer.meAt = now;
  peer.state = 'handshaking';
  const ms = peer.isIncoming ? DONE_TIMEOUT_MS : silenceLimit(director.ring, SEND_TIMEOUT_MS);
  peer.timer = { kind: 'done', at: now + ms, ms };
  warnOfClock(director, peer, me, now);
  if (!peer.isIncoming) return;
  peer.member = member;
  memberRestarted(member);
  const shunned = member.lastProtocolFailure === 0 ? 0 : member.lastProtocolFailure + SHUNNED_MS - now;
  if (shunned > 0) {
    const seconds = Math.ceil(shunned / 1000);
    const wait = `waiting ${seconds} secs before allowing further communication`;
    throw new PeerFault(`Remote sent invalid protocol data recently, ${wait}`, 'not-shunned');
  }
  if (!member.isSelf) meetIncoming(director, member, now);
};

const checkName = (peer: Peer, me: Me): Member => {
  const { member } = peer;
  if (member !== undefined && isSameHost(member, me)) return member;
  const names = `connected to ${member?.ip}:${member?.port}, remote says it's ${me.ip}:${me.port}`;
  throw new PeerFault(`Remote director thinks it's someone else (${names})`, 'not-shunned');
};

/** Upstream believes any name. Real directors connect from their ring address, so the name must be the source's. */
const memberOf = (director: Director, peer: Peer, me: Me): Member => {
  const { ring, settings } = director;
  const known = findMember(ring, me);
  if (known?.isSelf === true) return known;
  const isAllowed = me.ip === peer.sourceIp || director.isAllowedPeer(me.ip);
  if (!isAllowed) throw new PeerFault(`Director at ${peer.sourceIp} claims to be ${me.ip}:${me.port}`);
  if (known !== undefined) {
    if (known.removedSince !== undefined) throw new PeerFault('Director was removed from the ring', 'not-shunned');
    return known;
  }
  if (settings.homing_director_static_ring || ring.members.length >= MAX_MEMBERS) {
    throw new PeerFault(`Director ${me.ip}:${me.port} is not in the ring`);
  }
  return addMember(ring, me);
};

const warnOfClock = (director: Director, peer: Peer, { time }: Me, now: number): void => {
  if (time === undefined) return;
  const difference = Math.floor(now / 1000) - time;
  if (Math.abs(difference) <= CLOCK_SECONDS) return;
  const text = `Director ${peer.member === undefined ? peer.sourceIp : peer.member.ip} clock differs from ours by ${difference} secs`;
  logPeer(director, peer, 'warning', 'director_clock_differs', text);
};

const CONSISTENT_HASHING = 'consistent-hashing';

export const onOptions = (options: readonly string[]): void => {
  if (options.includes(CONSISTENT_HASHING)) return;
  throw new PeerFault(
    'director_consistent_hashing settings differ between directors. Set director_consistent_hashing=yes on old directors',
    'not-shunned',
  );
};
