import { DIRECTOR_RING_VERSION } from '@homing/wire';
import { createLogThrottle } from '../log-throttle.ts';
import { createForwards } from './forward-users.ts';
import { compareHosts, createMember } from './members.ts';
import type { DirectorHost, Ring } from './ring.ts';
import { createWeakUsers } from './weak-user.ts';

/** Anybody can connect to the ring port as often as he likes; the log must not grow with it. */
const REFUSALS = { lines: 10, ms: 60_000 };

/** Without others it is complete from the start. Duplicates count once. */
export const createRing = (host: DirectorHost, others: readonly DirectorHost[], now: number): Ring => {
  const self = createMember(host, true);
  // Above what others may remember of us from before a restart, should they miss that we restarted.
  self.lastSeq = Math.floor(now / 1000);
  const members = [self];
  for (const other of others) {
    if (!members.some((known) => compareHosts(known, other) === 0)) members.push(createMember(other, false));
  }
  members.sort(compareHosts);
  return {
    self,
    members,
    peers: new Map(),
    left: undefined,
    leftHeardAt: now,
    right: undefined,
    state: members.length === 1 ? 'synced' : 'handshaking',
    stateSince: now,
    syncSeq: self.lastSeq,
    isSyncPending: false,
    minMinor: DIRECTOR_RING_VERSION.minor,
    syncSentAt: now,
    lastSyncMs: 0,
    hostsResentAt: 0,
    hasNewMembers: false,
    resendAt: undefined,
    wantsLeft: false,
    wantsRight: undefined,
    reconnect: undefined,
    lookingSince: undefined,
    isDelayWarned: false,
    hasJoined: false,
    refusedThrottle: createLogThrottle(REFUSALS),
    weak: createWeakUsers(),
    contested: new Map(),
    forwards: createForwards(),
    conflicts: 0,
  };
};
