/**
 * What must be true of all directors together once nothing has been wrong for a while and nobody has just logged in: one
 * ring in the order of addresses, synced; the same backends and users everywhere; nothing left over from what happened.
 */
import type { SimMember } from './member.ts';
import { ringShape } from './ring-shape.ts';
import type { Simulation } from './simulation.ts';
import { userProblems } from './user-maps.ts';
import { ringMembers, runningMembers } from './world.ts';

export const convergenceProblems = (simulation: Simulation): string[] => {
  const { world, checker } = simulation;
  const members = ringMembers(world);
  const lost = runningMembers(world).filter((member) => !members.includes(member) && !world.removed.has(member.name));
  const shape = ringShape(world);
  return [
    ...(shape === 'synced' ? [] : [`the ring is ${shape}`]),
    ...lost.map(({ name }) => `${name} is not in the ring`),
    ...different(members, 'backends', hostsOf),
    ...checker.users.flatMap((user) => (checker.exempt.has(user) ? [] : userProblems(world, members, user))),
    ...members.flatMap((member) => leftOver(member, members.length)),
  ];
};

const different = (members: readonly SimMember[], what: string, of: (member: SimMember) => string): string[] => {
  const texts = members.map((member) => `${member.name}: ${of(member)}`);
  const isSame = new Set(members.map(of)).size <= 1;
  return isSame ? [] : [`${what} differ: ${texts.join('; ')}`];
};

const hostsOf = ({ director }: SimMember): string =>
  (director?.hosts.all() ?? [])
    .map(({ ip, tag, vhosts, isDown }) => `${ip}@${tag} ${vhosts} ${isDown ? 'down' : 'up'}`)
    .join(', ');

const leftOver = ({ name, director, logins, ends }: SimMember, members: number): string[] => {
  if (director === undefined) return [];
  const { requests, moves, kicks, resets, ring } = director;
  const connected = [...ring.peers.values()].filter(({ state }) => state !== 'connecting');
  const counts = {
    'waiting logins': requests.waiting.size,
    'answers owed': logins.size,
    moves: moves.byId.size,
    'moves by user': moves.byUser.size,
    kicks: kicks.outstanding.size,
    'waiting kicks': kicks.waiting.length,
    resets: resets.length,
    // Whoever is down is tried again and again.
    'connections too many': Math.max(0, connected.length - (members > 1 ? 2 : 0)),
    'connections nobody knows': ends.size - ring.peers.size,
    'desynced backends': director.hosts.all().filter(({ isDesynced }) => isDesynced).length,
    deadlines: [requests.limits, moves.limits, moves.delays, kicks.limits].filter(
      (deadlines) => deadlines.next() !== undefined,
    ).length,
  };
  return Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${name}: ${count} ${what}`]));
};
