/**
 * What must be true of all directors together once nothing has been wrong for a while and nobody has just logged in: one
 * ring in the order of addresses, synced; the same backends and users everywhere; nothing left over from what happened.
 */
import type { SimMember } from './member.ts';
import { recordOf } from './records.ts';
import { ringShape } from './ring-shape.ts';
import type { Simulation } from './simulation.ts';
import type { MailUser } from './users.ts';
import { ringMembers, runningMembers } from './world.ts';

/** Updates meet on their way round; clocks differ. */
const TIMESTAMP_SECONDS = 3;

export const convergenceProblems = (simulation: Simulation): string[] => {
  const { world, checker } = simulation;
  const members = ringMembers(world);
  const lost = runningMembers(world).filter((member) => !members.includes(member) && !world.removed.has(member.name));
  const shape = ringShape(world);
  return [
    ...(shape === 'synced' ? [] : [`the ring is ${shape}`]),
    ...lost.map(({ name }) => `${name} is not in the ring`),
    ...different(members, 'backends', hostsOf),
    ...checker.users.flatMap((user) => (checker.exempt.has(user) ? [] : userProblems(simulation, members, user))),
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

/** Those who expire soon may be gone at some. */
const userProblems = ({ world }: Simulation, members: readonly SimMember[], user: MailUser): string[] => {
  const { director_user_expire } = world.options.settings;
  const records = members.map((member) => ({ member, record: recordOf(member, user) }));
  const times = records.flatMap(({ record }) => (record === undefined ? [] : [record.timestamp]));
  const newest = Math.max(...times);
  if (newest + director_user_expire - TIMESTAMP_SECONDS <= world.queue.now() / 1000) return [];
  const facts = records.map(({ member, record }) => {
    if (record === undefined) return `${member.name}: unknown`;
    const flags = `${record.isWeak ? ' weak' : ''}${record.isBeingMoved ? ' moving' : ''}`;
    return `${member.name}: ${record.ip}${flags} ${record.timestamp - newest}`;
  });
  const isSame = records.every(
    ({ record }) =>
      record !== undefined &&
      record.ip === records[0]?.record?.ip &&
      !record.isWeak &&
      record.timestamp >= newest - TIMESTAMP_SECONDS,
  );
  return isSame ? [] : [`${user.name} differs: ${facts.join(', ')}`];
};

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
