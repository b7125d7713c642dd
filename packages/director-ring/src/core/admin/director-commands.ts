/** Directors come and go at run time: DIRECTOR-ADD, DIRECTOR-REMOVE. */
import { type ByteString, type IpAddress, DIRECTOR_ADMIN_REPLY as REPLY } from '@homing/wire';
import type { Director } from '../director.ts';
import { findMember } from '../ring/members.ts';
import { addDirector, removeDirector } from '../ring/ring-change.ts';

/** One that is known stays as it is. Without a port: ours. */
export const addRingDirector = (
  director: Director,
  ip: IpAddress,
  port: number | undefined,
  now: number,
): ByteString => {
  const { ring } = director;
  const host = { ip, port: port ?? ring.self.port };
  const known = findMember(ring, host);
  // Upstream answers OK and does nothing for one that was removed a moment ago.
  if (known?.removedSince !== undefined) ring.members = ring.members.filter((member) => member !== known);
  if (known === undefined || known.removedSince !== undefined) addDirector(director, host, ring.self, now);
  return REPLY.ok;
};

/** Without a port: the first one with this address. */
export const removeRingDirector = (
  director: Director,
  ip: IpAddress,
  port: number | undefined,
  now: number,
): ByteString => {
  const { ring } = director;
  const member = ring.members.find((known) => known.ip === ip && (port === undefined || known.port === port));
  if (member === undefined) return REPLY.notFound;
  removeDirector(director, member, ring.self, now);
  return REPLY.ok;
};
