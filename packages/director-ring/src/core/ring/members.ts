/** The directors of the ring, their order, and who is nearer to us on which side (director-host.c). */
import { compareIpAddresses } from '@homing/wire';
import type { DirectorHost, Member, Ring } from './ring.ts';

export const compareHosts = (a: DirectorHost, b: DirectorHost): number =>
  compareIpAddresses(a.ip, b.ip) || a.port - b.port;

export const isSameHost = (a: DirectorHost, b: DirectorHost): boolean => a.ip === b.ip && a.port === b.port;

export const createMember = ({ ip, port }: DirectorHost, isSelf: boolean): Member => ({
  ip,
  port,
  isSelf,
  lastSeq: 0,
  sync: { seq: 0, timestamp: 0, count: 0 },
  strangeHosts: 0,
  delayedSync: undefined,
  lastNetworkFailure: 0,
  lastProtocolFailure: 0,
  lastAttempt: 0,
  isUnreachable: false,
  namedSince: 0,
  named: 0,
  removedSince: undefined,
});

export const findMember = ({ members }: Ring, host: DirectorHost): Member | undefined =>
  members.find((member) => isSameHost(member, host));

export const addMember = (ring: Ring, host: DirectorHost): Member => {
  const member = createMember(host, false);
  ring.members = [...ring.members, member].sort(compareHosts);
  return member;
};

/** It started again: it counts from the beginning. */
export const memberRestarted = (member: Member): void => {
  if (member.isSelf) return;
  member.lastSeq = 0;
  member.sync = { seq: 0, timestamp: 0, count: 0 };
};

/** The others, nearest on our right first, removed ones left out. */
export const membersToTheRight = ({ members, self }: Ring): Member[] => {
  const at = members.indexOf(self);
  return [...members.slice(at + 1), ...members.slice(0, at)].filter((member) => member.removedSince === undefined);
};

/** Whom we connect to if we can. */
export const preferredRight = (ring: Ring): Member | undefined => membersToTheRight(ring)[0];

/** Steps to the right from us. */
const distance = ({ members, self }: Ring, member: Member): number =>
  (members.indexOf(member) - members.indexOf(self) + members.length) % members.length;

export const isNearerRight = (ring: Ring, a: Member, b: Member): boolean => distance(ring, a) < distance(ring, b);
export const isNearerLeft = (ring: Ring, a: Member, b: Member): boolean => distance(ring, a) > distance(ring, b);

/** Everybody knows of the removals now. */
export const forgetRemoved = (ring: Ring): void => {
  ring.members = ring.members.filter((member) => member.removedSince === undefined);
};
