/**
 * Whether all directors agree. Whoever learns of a change sends a SYNC of its own round the ring, behind the change; when
 * it comes back, everybody has seen the change (director_sync() and its friends, director_connection_sync_host()).
 */
import { DIRECTOR_RING_VERSION, type SyncState } from '@homing/wire';
import type { Director } from '../director.ts';
import { hostsHash } from './hosts-hash.ts';
import { forgetRemoved, preferredRight } from './members.ts';
import { type Peer, send } from './peer.ts';
import { ping, restartPing } from './ping.ts';
import { isAlone, isHandshaked, isSynced, type Member, RESEND_MS, setUnsynced } from './ring.ts';

/** DIRECTOR_RECONNECT_TIMEOUT_MSECS. */
export const PREFERRED_MS = 30_000;

/** Backends or directors changed: others must know before new users are given to backends. Alone nothing waits. */
export const startSync = (director: Director, now: number): void => {
  const { ring } = director;
  ring.syncSeq++;
  if (isAlone(ring)) return;
  setUnsynced(ring, now);
  ring.isSyncPending = true;
};

/** At the end of a batch of input, after all changes that it covers. */
export const sendPendingSync = (director: Director, now: number): void => {
  const { ring } = director;
  if (!ring.isSyncPending) return;
  ring.isSyncPending = false;
  if (ring.right === undefined) return;
  for (const peer of [ring.left, ring.right]) {
    if (peer !== undefined) setPeerSynced(peer, false, now);
  }
  sendOwnSync(director, now);
};

/** A neighbour was found. With both, the ring may be closed: our SYNC tells. */
export const sideAssigned = (director: Director, now: number): void => {
  const { ring } = director;
  if (ring.left === undefined || ring.right === undefined) return;
  ring.syncSeq++;
  setUnsynced(ring, now);
  sendOwnSync(director, now);
};

const sendOwnSync = (director: Director, now: number): void => {
  const { ring, hosts } = director;
  ring.hasNewMembers = false;
  ring.syncSentAt = now;
  const timestamp = Math.floor(now / 1000);
  const { minor } = DIRECTOR_RING_VERSION;
  sendSync(director, ring.self, ring.syncSeq, { minor, timestamp, hostsHash: hostsHash(hosts.all()) }, now);
};

export const sendSync = (
  director: Director,
  { ip, port }: Member,
  seq: number,
  state: SyncState | undefined,
  now: number,
): void => {
  const { left, right } = director.ring;
  if (right === undefined) return;
  send(director, right, { cmd: 'SYNC', ip, port, seq, state });
  // A neighbour that hangs should be found out soon.
  if (left !== undefined) ping(director, left, now);
  ping(director, right, now);
};

export const sendDelayedSyncs = (director: Director, now: number): void => {
  for (const member of director.ring.members) {
    const { delayedSync } = member;
    if (delayedSync === undefined) continue;
    member.delayedSync = undefined;
    sendSync(director, member, delayedSync.seq, delayedSync.state, now);
  }
};

/** Our SYNC is late: perhaps it was lost with a connection. */
export const resendSync = (director: Director, now: number): boolean => {
  const { ring } = director;
  ring.resendAt = undefined;
  if (isSynced(ring)) return false;
  ring.resendAt = now + RESEND_MS;
  if (ring.left === undefined || ring.right === undefined) return false;
  sendOwnSync(director, now);
  return true;
};

/** Everybody agrees, or there is nobody else. */
export const setSynced = (director: Director, now: number): void => {
  const { ring, effects } = director;
  if (ring.isDelayWarned) effects.push(continuingLine(director, now));
  ring.isDelayWarned = false;
  ring.state = 'synced';
  ring.stateSince = now;
  ring.resendAt = undefined;
  ring.isSyncPending = false;
  forgetRemoved(ring);
  // The healing of splits: who is not where it belongs keeps trying.
  const isRightPreferred = ring.right?.member === preferredRight(ring);
  ring.reconnect = isRightPreferred ? undefined : { at: now + PREFERRED_MS, why: 'preferred' };
  for (const peer of [ring.left, ring.right]) {
    if (peer === undefined) continue;
    peer.wasSynced = true;
    setPeerSynced(peer, true, now);
  }
  for (const host of director.hosts.all()) host.isDesynced = false;
  director.isChanged = true;
};

const continuingLine = ({ ring, hosts }: Director, now: number) => {
  const seconds = Math.floor((now - ring.stateSince) / 1000);
  const hash = hostsHash(hosts.all());
  return {
    do: 'log',
    level: 'warning',
    event: 'director_ring_synced',
    fields: { seconds, hosts_hash: hash },
    text: isHandshaked(ring)
      ? `Ring is synced, continuing delayed requests (syncing took ${seconds} secs, hosts_hash=${hash})`
      : 'Directors have been connected, continuing delayed requests',
  } as const;
};

const setPeerSynced = (peer: Peer, isPeerSynced: boolean, now: number): void => {
  if (peer.isSynced === isPeerSynced) return;
  peer.isSynced = isPeerSynced;
  restartPing(peer, now);
};
