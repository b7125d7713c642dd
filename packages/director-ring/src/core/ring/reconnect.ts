/** Whom we connect to, and when we are alone (director_connect(), director_wait_for_others()). */
import { DIRECTOR_RING_VERSION } from '@homing/wire';
import type { Director } from '../director.ts';
import { closePeer } from './close.ts';
import { logRing } from './log.ts';
import { membersToTheRight, preferredRight } from './members.ts';
import { connectTo } from './open.ts';
import { peerName } from './peer.ts';
import { type ConnectReason, isSynced, type Member } from './ring.ts';
import { PREFERRED_MS, setSynced } from './sync.ts';

/** For how long a failure keeps us away from a director. */
const FAILURE_MS = 60_000;

const RETRY_MS = 1000;

/** To the first one up that did not fail just now. When all have, we are alone. */
export const connectRight = (director: Director, reason: ConnectReason, now: number): void => {
  const { ring } = director;
  const others = membersToTheRight(ring);
  const candidate = others.find((member) => !hasFailed(member, now));
  if (candidate !== undefined) {
    connectTo(director, candidate, reason, now);
    return;
  }
  if (others.some((member) => !member.isUnreachable) && mayLook(director, now)) {
    for (const member of others) {
      member.lastNetworkFailure = 0;
      member.lastProtocolFailure = 0;
    }
    ring.reconnect = { at: now + RETRY_MS, why: 'alone' };
    return;
  }
  beAlone(director, now);
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
  else ring.reconnect = { at: now + PREFERRED_MS, why: 'preferred' };
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
