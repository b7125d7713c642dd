/** What an administrator watches, at one moment. Byte strings; times in seconds, Unix times 0 = never. */
import type { ByteString } from '@homing/wire';
import type { Director } from './director.ts';
import { countMoving } from './move/moves.ts';
import { hostName } from './ring/log.ts';
import { type Peer, peerName } from './ring/peer.ts';
import type { RingState } from './ring/ring.ts';
import { clockSeconds } from './ring/wall-clock.ts';

export type DirectorStatus = {
  readonly users: number;
  /** Logins waiting for a mail host. */
  readonly delayed: number;
  readonly moving: number;
  readonly kicking: number;
  /** Mail hosts asked for since the start. */
  readonly requests: number;
  readonly hosts: readonly HostStatus[];
  readonly ring: RingStatus;
};

export type HostStatus = {
  readonly ip: string;
  readonly hostname: string;
  readonly tag: ByteString;
  readonly isUp: boolean;
  /** Of the last change between up and down. */
  readonly changed: number;
  readonly vhosts: number;
  readonly users: number;
};

export type RingStatus = {
  readonly self: string;
  readonly state: RingState;
  /** How long it has been in this state. */
  readonly seconds: number;
  /** How long the last SYNC was on its way round. */
  readonly lastSyncSeconds: number;
  /** Users that directors had on two backends, since the start. */
  readonly conflicts: number;
  /** Without removed ones, with us. */
  readonly directors: readonly string[];
  readonly connections: readonly ConnectionStatus[];
};

/** `name`: as in the log, `127.0.0.2:9090/right`. Bytes. */
export type ConnectionStatus = {
  readonly name: string;
  readonly state: Peer['state'];
  readonly isSynced: boolean;
  readonly pingSeconds: number;
  readonly received: number;
  readonly sent: number;
  readonly buffered: number;
  readonly peakBuffered: number;
  readonly lastInput: number;
  readonly lastOutput: number;
};

/** `now`: Unix milliseconds. */
export const directorStatus = (director: Director, now: number): DirectorStatus => {
  const { hosts, requests, moves, kicks } = director;
  return {
    users: hosts.users(),
    delayed: requests.waiting.size,
    moving: countMoving(moves),
    kicking: kicks.outstanding.size,
    requests: requests.count,
    hosts: hosts.all().map((host) => ({
      ip: host.ip,
      hostname: host.hostname,
      tag: host.tag,
      isUp: !host.isDown,
      changed: host.updownTime,
      vhosts: host.vhosts,
      users: hosts.tagOf(host).users.countOn(host.slot),
    })),
    ring: ringStatus(director, now),
  };
};

const ringStatus = (director: Director, now: number): RingStatus => {
  const { ring } = director;
  return {
    self: hostName(ring.self),
    state: ring.state,
    seconds: Math.max(0, now - ring.stateSince) / 1000,
    lastSyncSeconds: ring.lastSyncMs / 1000,
    conflicts: ring.conflicts,
    directors: ring.members.filter(({ removedSince }) => removedSince === undefined).map(hostName),
    connections: [...ring.peers.values()].map((peer) => connectionStatus(director, peer)),
  };
};

const connectionStatus = (director: Director, peer: Peer): ConnectionStatus => ({
  name: peerName(director, peer),
  state: peer.state,
  isSynced: peer.isSynced,
  pingSeconds: peer.pingMs / 1000,
  received: peer.traffic.bytesIn,
  sent: peer.traffic.bytesOut,
  buffered: peer.traffic.buffered,
  peakBuffered: peer.traffic.peakBuffered,
  lastInput: clockSeconds(director, peer.traffic.lastInput),
  lastOutput: clockSeconds(director, peer.traffic.lastOutput),
});
