/** SYNC received (director-connection.c, director_connection_sync_host()). */
import { DIRECTOR_RING_VERSION, type RingCommand, type SyncState } from '@homing/wire';
import type { Director } from '../director.ts';
import { hostsHash } from './hosts-hash.ts';
import { hostName, logPeer } from './log.ts';
import { findMember } from './members.ts';
import type { Peer } from './peer.ts';
import { resendHosts } from './resend-hosts.ts';
import { isSynced, type Member } from './ring.ts';
import { resendSync, sendSync, setSynced } from './sync.ts';

type Sync = Extract<RingCommand, { cmd: 'SYNC' }>;

/** A SYNC that has an older number is stale unless its time is this much newer. */
const STALE_SECONDS = 120;

/** One that comes more often than this goes in circles. */
const MAX_REPEATS = 4;

/** Many lines for one: who says SYNC again and again must not fill the output to others. Upstream sends them each time. */
const RESEND_HOSTS_MS = 1000;

export const onSync = (director: Director, peer: Peer, sync: Sync, now: number): void => {
  const { ring } = director;
  const member = findMember(ring, sync);
  if (member?.isSelf === true) {
    ownSyncReturned(director, peer, sync, now);
    return;
  }
  if (member !== undefined && !passOn(director, peer, member, sync, now)) return;
  // Ours may have met a director that was not there yet.
  const wasSentNow = Math.floor(ring.syncSentAt / 1000) === Math.floor(now / 1000);
  if (ring.hasNewMembers && !wasSentNow) resendSync(director, now);
};

const ownSyncReturned = (director: Director, peer: Peer, { seq, state }: Sync, now: number): void => {
  const { ring, hosts } = director;
  // With a side missing nothing can have been round; a listed peer could still send it.
  if (seq !== ring.syncSeq || ring.left === undefined || ring.right === undefined) return;
  const hash = hostsHash(hosts.all());
  if (state !== undefined && state.hostsHash !== 0 && state.hostsHash !== hash) {
    const facts = `(seq=${seq}, old hosts_hash=${state.hostsHash}, new hosts_hash=${hash})`;
    const text = `Hosts unexpectedly changed during SYNC reply - resending${facts}`;
    logPeer(director, peer, 'error', 'director_sync_hosts_changed', text);
    resendSync(director, now);
    return;
  }
  ring.minMinor = Math.min(state?.minor ?? 0, DIRECTOR_RING_VERSION.minor);
  if (isSynced(ring)) return;
  ring.lastSyncMs = Math.max(0, now - ring.syncSentAt);
  setSynced(director, now);
};

/** False if it was not worth passing on. */
const passOn = (director: Director, peer: Peer, member: Member, { seq, state }: Sync, now: number): boolean => {
  const { ring, hosts } = director;
  const timestamp = state === undefined || state.timestamp === 0 ? Math.floor(now / 1000) : state.timestamp;
  if (!isNews(director, peer, member, seq, timestamp)) return false;
  const theirHash = state?.hostsHash ?? 0;
  const ourHash = hostsHash(hosts.all());
  if (theirHash !== 0 && theirHash !== ourHash) {
    // The first time it may have been on its way while we changed.
    if (member.strangeHosts === theirHash && ring.hostsResentAt + RESEND_HOSTS_MS <= now) {
      const facts = `(seq=${seq}, remote hosts_hash=${theirHash}, my hosts_hash=${ourHash})`;
      const text = `Director ${member.ip} SYNC request hosts don't match us - resending hosts ${facts}`;
      logPeer(director, peer, 'error', 'director_sync_hosts_differ', text);
      ring.hostsResentAt = now;
      resendHosts(director, now);
    }
    member.strangeHosts = theirHash;
    return false;
  }
  member.strangeHosts = 0;
  const forwarded = state && forwardedState(state, timestamp);
  if (ring.right === undefined) member.delayedSync = { seq, state: forwarded };
  else sendSync(director, member, seq, forwarded, now);
  return true;
};

const forwardedState = (state: SyncState, timestamp: number): SyncState => ({
  minor: Math.min(state.minor, DIRECTOR_RING_VERSION.minor),
  timestamp,
  hostsHash: state.hostsHash,
});

const isNews = (director: Director, peer: Peer, member: Member, seq: number, timestamp: number): boolean => {
  const { sync } = member;
  if (seq < sync.seq) {
    if (timestamp < sync.timestamp + STALE_SECONDS) return false;
    const change = `(seq=${sync.seq}, timestamp=${sync.timestamp} -> seq=${seq}, timestamp=${timestamp})`;
    const text = `Last SYNC seq for ${hostName(member)} appears to be stale, resetting ${change}`;
    logPeer(director, peer, 'warning', 'director_sync_stale', text);
  } else if (seq === sync.seq && timestamp <= sync.timestamp) {
    sync.count++;
    return sync.count <= MAX_REPEATS;
  }
  member.sync = { seq, timestamp, count: 1 };
  return true;
};
