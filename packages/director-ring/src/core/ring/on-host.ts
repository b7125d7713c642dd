/**
 * What other directors say of backends, in host lists and in updates (director_cmd_host() and its friends,
 * director-connection.c). Only what changes something here goes on, so that a change ends where it is known.
 */
import { type RingCommand, type RingHost, type RingOrigin, ringSupports } from '@homing/wire';
import { forgetUsers } from '../admin/forget-users.ts';
import type { Director } from '../director.ts';
import { MAX_MAIL_HOSTS, type MailHost } from '../host/mail-host.ts';
import { changeHost } from './change-host.ts';
import { logPeer, logRing } from './log.ts';
import { isSameState, mergeHost, settledText } from './merge-host.ts';
import { type HostListUse, type Peer, PeerFault } from './peer.ts';
import { acceptOrigin, ownOrigin, update } from './propagate.ts';
import { isAlone, type Member } from './ring.ts';
import { startSync } from './sync.ts';

/** Of all backends together: their points take 6 bytes each, and a second to compute. */
const MAX_VHOSTS = 1_000_000;

/** A tag is never forgotten, as upstream: its users may live longer than its last backend. */
const MAX_TAGS = 1000;

type HostUpdate = Extract<RingCommand, { cmd: 'HOST' }>;
type HostChange = Extract<RingCommand, { cmd: 'HOST-REMOVE' | 'HOST-FLUSH' }>;

export const onHost = (director: Director, peer: Peer, { origin: claimed, host }: HostUpdate, now: number): void => {
  const origin = claimed === undefined ? undefined : acceptOrigin(director, claimed);
  if (origin === undefined) return;
  // Until the ring was synced with it, the peer may tell of old times in another ring.
  const isMerging = !peer.wasSynced;
  hear(director, peer, host, { isMerging, source: peer.member, origin }, now);
};

/** Taken over, it is our change for the others: they do not hear the list. */
export const onHostOfList = (director: Director, peer: Peer, host: RingHost, use: HostListUse, now: number): void => {
  if (use === 'ignore') return;
  // When two lists cross, each side must hear what the other made of it.
  const isMerging = use === 'merge';
  hear(director, peer, host, { isMerging, source: isMerging ? undefined : peer.member, origin: undefined }, now);
};

type Heard = {
  readonly isMerging: boolean;
  /** Whom not to tell. */
  readonly source: Member | undefined;
  readonly origin: RingOrigin | undefined;
};

const hear = (director: Director, peer: Peer, told: RingHost, heard: Heard, now: number): void => {
  checkLimits(director, peer, told);
  const known = director.hosts.find(told.ip);
  if (known === undefined) {
    const added = director.hosts.add({ ip: told.ip, hostname: told.hostname, tag: told.tag });
    if (added === undefined) return;
    announceHost(director, heard.source, heard.origin, changeHost(director, peer, added, told), now);
    return;
  }
  if (isSameState(known, told)) return;
  const how = known.isDesynced ? 'settle' : heard.isMerging ? 'merge' : 'take';
  const result = mergeHost(known, told, how);
  if (how === 'settle') {
    logPeer(director, peer, 'warning', 'director_host_settled', settledText(known, told, result));
  }
  const host = changeHost(director, peer, known, result);
  const isOurs = how === 'settle' || !isSameState(result, told);
  if (isOurs) announceHost(director, undefined, undefined, host, now);
  else announceHost(director, heard.source, heard.origin, host, now);
};

const checkLimits = ({ hosts }: Director, peer: Peer, { ip, tag, vhosts }: RingHost): void => {
  if (tag !== '' && !ringSupports(peer.minor, 'tags')) {
    throw new PeerFault('Received a host tag from older director version with incompatible tagging support');
  }
  if (hosts.tag(tag) === undefined && [...hosts.tags()].length >= MAX_TAGS) throw new PeerFault('Too many tags');
  const known = hosts.find(ip);
  if (known === undefined && hosts.all().length >= MAX_MAIL_HOSTS) throw new PeerFault('Too many hosts');
  if (hosts.vhosts() - (known?.vhosts ?? 0) + vhosts > MAX_VHOSTS) throw new PeerFault('Too many vhosts');
};

/**
 * Tells everybody but `source` of a backend that changed. Without an origin the change counts as ours. Nobody is to be
 * changed again before all know, which ends with the next sync.
 */
export const announceHost = (
  director: Director,
  source: Member | undefined,
  origin: RingOrigin | undefined,
  host: MailHost,
  now: number,
): void => {
  const { ring } = director;
  director.isChanged = true;
  if (host.tag !== '' && !ringSupports(ring.minMinor, 'tags')) {
    const what = ringSupports(ring.minMinor, 'options') ? 'support mixed versions of tags' : "don't support tags";
    const text = `Ring has directors that ${what} - removing host ${host.ip} with tag '${host.tag}'`;
    logRing(director, 'error', 'director_tags_unsupported', text, { host: host.ip });
    dropHost(director, host);
  } else {
    update(director, source, { cmd: 'HOST', origin: origin ?? ownOrigin(director), host });
    if (!isAlone(ring)) host.isDesynced = true;
  }
  startSync(director, now);
};

const dropHost = (director: Director, host: MailHost): void => {
  forgetUsers(director, host);
  director.hosts.remove(host);
};

/** We join a ring: its host list follows, ours does not count. */
export const replaceHosts = (director: Director, now: number): void => {
  for (const host of director.hosts.all()) dropHost(director, host);
  startSync(director, now);
};

export const onHostRemove = (director: Director, peer: Peer, command: HostChange, now: number): void =>
  onHostChange(director, peer, command, dropHost, now);

export const onHostFlush = (director: Director, peer: Peer, command: HostChange, now: number): void =>
  onHostChange(director, peer, command, forgetUsers, now);

const onHostChange = (
  director: Director,
  peer: Peer,
  { cmd, origin: claimed, ip }: HostChange,
  change: (director: Director, host: MailHost) => void,
  now: number,
): void => {
  const origin = acceptOrigin(director, claimed);
  const host = director.hosts.find(ip);
  if (origin === undefined || host === undefined) return;
  update(director, peer.member, { cmd, origin, ip });
  change(director, host);
  director.isChanged = true;
  startSync(director, now);
};
