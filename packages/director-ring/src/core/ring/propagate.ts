/**
 * How a change reaches everybody. It is sent to all connections but those of the director it came from, so it goes both
 * ways round and meets itself; who made it and its number there tell a repetition (director_update_send()).
 */
import type { RingCommand, RingOrigin } from '@homing/wire';
import type { Director } from '../director.ts';
import { findMember } from './members.ts';
import { send } from './peer.ts';
import type { Member } from './ring.ts';

/** `source`: whoever told us; our own member for changes made here. */
export const update = (director: Director, source: Member | undefined, command: RingCommand): void => {
  for (const peer of director.ring.peers.values()) {
    if (source === undefined || peer.member !== source) send(director, peer, command);
  }
};

/** Others count in unsigned 32 bit. */
const LAST_SEQ = 0xffff_ffff;

/** For a change of our own. */
export const ownOrigin = (director: Director): RingOrigin => {
  const { self } = director.ring;
  const { ip, port } = self;
  if (self.lastSeq >= LAST_SEQ) {
    // Somebody made a change up in our name. With ours named again, others count from the beginning too.
    self.lastSeq = 0;
    update(director, self, { cmd: 'DIRECTOR', ip, port });
  }
  return { ip, port, seq: ++self.lastSeq };
};

/**
 * The origin to forward a change with, or undefined if it was seen before. A change by a director that we do not know
 * becomes our own.
 */
export const acceptOrigin = (director: Director, origin: RingOrigin): RingOrigin | undefined => {
  const member = findMember(director.ring, origin);
  if (member === undefined || member.removedSince !== undefined) return ownOrigin(director);
  if (origin.seq <= member.lastSeq) return undefined;
  member.lastSeq = origin.seq;
  return origin;
};
