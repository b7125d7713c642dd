/**
 * The ring: which directors there are, our connections to them, and whether all agree (director.c, director-host.c,
 * director-connection.c).
 *
 *                 first own SYNC returned, or alone
 *     handshaking ---------------------------------> synced
 *                                                     |  ^
 *                                            a change |  | own SYNC with the current seq returned, or alone
 *                                                     v  |
 *                                                   unsynced
 *
 * Directors are sorted by (address, port). Each connects to the next one up, its right, and is connected to by its left.
 */
import type { IpAddress, SyncState } from '@homing/wire';
import type { LogThrottle } from '../log-throttle.ts';
import type { UserDirectory } from '../user/user-directory.ts';
import type { Forwards } from './forward-users.ts';
import type { Peer } from './peer.ts';
import type { WeakUsers } from './weak-user.ts';

export type DirectorHost = { readonly ip: IpAddress; readonly port: number };

/** A director of the ring. Times are Unix milliseconds, 0 = never. */
export type Member = DirectorHost & {
  readonly isSelf: boolean;
  /** Of changes it made: a number not above this was seen before. Our own: the number of our last change. */
  lastSeq: number;
  /** Its last SYNC that went through us, and how often. */
  sync: { seq: number; timestamp: number; count: number };
  /** Of its last SYNC whose mail hosts were not ours; 0 = none. */
  strangeHosts: number;
  /** Came while we had no right; goes out when we have. */
  delayedSync: { seq: number; state: SyncState | undefined } | undefined;
  lastNetworkFailure: number;
  lastProtocolFailure: number;
  /** When we last began to connect to it. */
  lastAttempt: number;
  /** The last attempt found nobody there at all: no process, no host, no network, or one that says nothing. */
  isUnreachable: boolean;
  /** How often its name was passed on since this second began. */
  namedSince: number;
  named: number;
  /** Its connections are not wanted. It is forgotten when the ring is synced, or after 30 s. */
  removedSince: number | undefined;
};

export type RingState = 'handshaking' | 'synced' | 'unsynced';

export type Ring = {
  readonly self: Member;
  /** Self included, sorted. */
  members: Member[];
  /** By connection number, in the order they were opened. */
  readonly peers: Map<number, Peer>;
  left: Peer | undefined;
  /** When a left told us something for the last time; before there was any, when we started. */
  leftHeardAt: number;
  right: Peer | undefined;
  state: RingState;
  /** When `state` changed between synced and not. */
  stateSince: number;
  /** Of our last SYNC; synced again when it returns. */
  syncSeq: number;
  /** Something changed in this batch of input: a SYNC goes out at its end. */
  isSyncPending: boolean;
  /** Lowest minor version of the ring, as our last SYNC brought it back. */
  minMinor: number;
  /** When our last SYNC was sent, and how long its way round took. */
  syncSentAt: number;
  lastSyncMs: number;
  /** When all our backends were last told to everybody, because somebody had others. */
  hostsResentAt: number;
  /** Directors came since our last SYNC: they may have missed it. */
  hasNewMembers: boolean;
  /** When the next SYNC is sent if ours does not come back. */
  resendAt: number | undefined;
  /** At the end of this batch of input: is there a left among those who wait; whom do we connect to, and why. */
  wantsLeft: boolean;
  wantsRight: ConnectReason | undefined;
  /** When connections to others are tried again, and why. */
  reconnect: { at: number; why: 'alone' | 'preferred' } | undefined;
  /** Since when we have looked for others who are there, but in vain. */
  lookingSince: number | undefined;
  /** Logins wait for the ring, and the log says so. */
  isDelayWarned: boolean;
  /** We took the backends of a ring that was there before us. */
  hasJoined: boolean;
  readonly refusedThrottle: LogThrottle;
  readonly weak: WeakUsers;
  /** Users that others say to be elsewhere, while we move them. */
  readonly contested: Map<UserDirectory, Set<number>>;
  readonly forwards: Forwards;
  /** Users found on two mail hosts since the start. */
  conflicts: number;
};

/** In the words of Dovecot's `Connecting to ...: <reason>`. */
export type ConnectReason =
  | 'Initial connection'
  | 'Connecting to left'
  | 'Alone in director ring - trying to connect to others'
  | 'Reconnect attempt to preferred director'
  | 'Right side connection lost'
  | 'Nearer directors do not answer'
  | 'Reconnecting after disconnection'
  | 'Reconnecting after error'
  | 'Reconnecting after director was removed'
  | 'Reconnecting after wrong CONNECT request';

/** Logins of known users are answered in every state but the first. */
export const isHandshaked = (ring: Ring): boolean => ring.state !== 'handshaking';
export const isSynced = (ring: Ring): boolean => ring.state === 'synced';
/** Nobody to tell anything. */
export const isAlone = (ring: Ring): boolean => ring.left === undefined && ring.right === undefined;

/** Logins of new users wait until all directors agree again. */
export const setUnsynced = (ring: Ring, now: number): void => {
  if (ring.state === 'synced') {
    ring.state = 'unsynced';
    ring.stateSince = now;
  }
  ring.resendAt = now + RESEND_MS;
};

/** For how long a director that we connect to may say nothing while we start. It has nothing to think about then. */
const START_SILENCE_MS = 5000;

/** `ms`: the same later on. */
export const silenceLimit = (ring: Ring, ms: number): number => (isHandshaked(ring) ? ms : START_SILENCE_MS);

/** DIRECTOR_SYNC_TIMEOUT_MSECS. */
export const RESEND_MS = 5000;
