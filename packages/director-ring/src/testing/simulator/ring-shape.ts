/**
 * What somebody sees who looks at all directors at once. The ring is whole if every director that has something to say
 * runs, nothing is wrong with the network, and each one's right has it as its left. It is synced if, besides, all of them
 * say so: then nothing that was changed is still on its way.
 */
import { compareIpAddresses } from '@homing/wire';
import { isHandshaked, isSynced } from '../../core/ring/ring.ts';
import type { SimMember } from './member.ts';
import { ringMembers, type World } from './world.ts';

export type RingShape = 'cut' | 'syncing' | 'synced';

export const ringShape = (world: World): RingShape => {
  if (world.network.faults > 0) return 'cut';
  const members = ringMembers(world);
  members.sort((a, b) => compareIpAddresses(a.ip, b.ip));
  if (members.some(({ status }) => status === 'frozen') || hasMuteSessions(world)) return 'cut';
  let isAllSynced = true;
  for (const [i, member] of members.entries()) {
    const { director } = member;
    const next = members[(i + 1) % members.length] ?? member;
    if (director === undefined || !isHandshaked(director.ring) || !isNeighbour(member, next)) return 'cut';
    isAllSynced &&= isSynced(director.ring);
  }
  return isAllSynced ? 'synced' : 'syncing';
};

/** Sessions whose director is down: nobody says that they are there, nobody can end them. */
const hasMuteSessions = ({ clients, members }: World): boolean => {
  for (const session of clients.all()) if (members.get(session.member)?.status === 'stopped') return true;
  return false;
};

/** Alone, a director is its own neighbour. */
const isNeighbour = (left: SimMember, right: SimMember): boolean => {
  const toRight = left.director?.ring.right;
  const toLeft = right.director?.ring.left;
  if (left === right) return toRight === undefined && toLeft === undefined;
  const end = toRight === undefined ? undefined : left.ends.get(toRight.id);
  if (end === undefined || toLeft === undefined || !end.isOpen || !end.other.isOpen) return false;
  return right.peers.get(end.other) === toLeft.id && end.held === undefined && end.other.held === undefined;
};
