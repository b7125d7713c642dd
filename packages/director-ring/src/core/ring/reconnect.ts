/** Whom we connect to, and when we are alone (director_connect(), director_wait_for_others()). */
import { DIRECTOR_RING_VERSION } from '@homing/wire';
import type { Director } from '../director.ts';
import { closePeer } from './close.ts';
import { logRing } from './log.ts';
import { membersToTheRight, preferredRight } from './members.ts';
import { connectTo } from './open.ts';
import { type Peer, peerName } from './peer.ts';
import { type ConnectReason, isSynced, type Member, type Ring } from './ring.ts';
import { PREFERRED_MS, setSynced } from './sync.ts';

/** For how long a failure keeps us away from a director. */
const FAILURE_MS = 60_000;

const RETRY_MS = 1000;

/** How often the others are tried when we serve alone, which costs logins nothing here. Upstream: every 30 s. */
const ALONE_RETRY_MS = 10_000;

/** A director that has not answered by then may be gone; the next one is tried beside it. */
const PATIENCE_MS = 500;

/**
 * To the first one up that did not fail just now, and one more for each that does not answer; the nearest that answers
 * becomes our right. When all have failed we are alone.
 */
export const connectRight = (director: Director, reason: ConnectReason, now: number): void => {
  const { ring } = director;
  const attempts = outgoing(ring);
  if (attempts.some((peer) => mayAnswer(peer, now))) return;
  const others = membersToTheRight(ring);
  const candidate = nextCandidate(director, now);
  if (candidate !== undefined) {
    connectTo(director, candidate, reason, now);
    return;
  }
  if (allOutgoing(ring).length > 0) return;
  const present = others.filter((member) => !member.isUnreachable);
  if (present.length > 0 && mayLook(director, now)) {
    for (const member of present) {
      member.lastNetworkFailure = 0;
      member.lastProtocolFailure = 0;
    }
    ring.reconnect = { at: now + RETRY_MS, why: 'alone' };
    return;
  }
  beAlone(director, now);
};

/** When the next one is tried beside those that do not answer, or undefined. */
export const nextAttempt = (director: Director, now: number): number | undefined => {
  const { ring } = director;
  if (ring.right !== undefined) return undefined;
  const attempts = outgoing(ring);
  if (attempts.length === 0 || attempts.some(hasAnswered) || nextCandidate(director, now) === undefined)
    return undefined;
  return Math.max(...attempts.map(silentSince)) + PATIENCE_MS;
};

const allOutgoing = ({ peers }: Ring): Peer[] => [...peers.values()].filter((peer) => !peer.isIncoming);
const outgoing = (ring: Ring): Peer[] => allOutgoing(ring).filter((peer) => peer.leaving === undefined);

/** A director says who it is as soon as it has accepted. */
const hasAnswered = ({ meAt }: Peer): boolean => meAt > 0;
const silentSince = ({ timer }: Peer): number => timer.at - timer.ms;

const mayAnswer = (peer: Peer, now: number): boolean => hasAnswered(peer) || silentSince(peer) + PATIENCE_MS > now;

const nextCandidate = ({ ring }: Director, now: number): Member | undefined => {
  const tried = new Set(allOutgoing(ring).map((peer) => peer.member));
  return membersToTheRight(ring).find((member) => !tried.has(member) && !hasFailed(member, now));
};

const hasFailed = (member: Member, now: number): boolean =>
  hasFailedAt(member.lastNetworkFailure, now) || hasFailedAt(member.lastProtocolFailure, now);
const hasFailedAt = (time: number, now: number): boolean => time > 0 && time + FAILURE_MS > now;

/**
 * Directors that can be reached, but do not become our neighbours, get some time before we serve without them. Upstream
 * waits as long for those that cannot be reached at all; there is nobody whom we could contradict then.
 */
const mayLook = ({ ring, settings }: Director, now: number): boolean => {
  ring.lookingSince ??= now;
  return ring.lookingSince + settings.homing_director_look_time * 1000 >= now;
};

const beAlone = (director: Director, now: number): void => {
  const { ring } = director;
  const isNews = !isSynced(ring);
  if (ring.members.length > 1 && isNews) {
    const text = "director: Couldn't connect to right side, we must be the only director left";
    logRing(director, 'warning', 'director_alone', text);
  }
  if (ring.left !== undefined) {
    const text = `director: Assuming ${peerName(director, ring.left)} is dead, disconnecting`;
    logRing(director, 'warning', 'director_left_dead', text);
    closePeer(director, ring.left, 'This connection is dead?', now);
  }
  ring.minMinor = DIRECTOR_RING_VERSION.minor;
  if (!isSynced(ring)) setSynced(director, now);
  ring.reconnect = { at: now + ALONE_RETRY_MS, why: 'preferred' };
};

/** `ring.reconnect` is due. */
export const tryAgain = (director: Director, now: number): void => {
  const { ring } = director;
  const why = ring.reconnect?.why;
  ring.reconnect = undefined;
  if (why === 'alone') {
    if (ring.right === undefined) connectRight(director, 'Alone in director ring - trying to connect to others', now);
    return;
  }
  const preferred = preferredRight(ring);
  ring.reconnect = { at: now + PREFERRED_MS, why: 'preferred' };
  if (preferred !== undefined && ring.right?.member !== preferred) {
    connectTo(director, preferred, 'Reconnect attempt to preferred director', now);
  }
};
