/** The state of the world in a few lines. */
import { compareIpAddresses } from '@homing/wire';
import type { SimMember } from './member.ts';
import { recordOf } from './records.ts';
import { ringShape } from './ring-shape.ts';
import type { Simulation } from './simulation.ts';
import { ringMembers, runningMembers, type World } from './world.ts';

const sorted = (members: SimMember[]): SimMember[] => members.sort((a, b) => compareIpAddresses(a.ip, b.ip));

/** `d1>d2>d1 synced`; of a ring that is cut, what each director thinks. */
export const describeRing = (world: World): string[] => {
  const shape = ringShape(world);
  const members = sorted(shape === 'cut' ? runningMembers(world) : ringMembers(world));
  if (shape !== 'cut') return [`${[...members, ...members.slice(0, 1)].map(({ name }) => name).join('>')} ${shape}`];
  return members.map(({ name, status, director }) => {
    const { left, right, state = 'stopped' } = director?.ring ?? {};
    const side = (peer: typeof left): string => (peer?.member === undefined ? '-' : `d${peer.member.ip.slice(7)}`);
    return `${name}: ${side(left)}>${name}>${side(right)} ${status === 'frozen' ? 'frozen' : state}`;
  });
};

/** A line if all directors say the same, else one each. */
const perMember = (world: World, of: (member: SimMember) => string): string[] => {
  const members = sorted(runningMembers(world));
  const texts = members.map(of);
  if (new Set(texts).size === 1) return texts.slice(0, 1);
  return members.map((member, i) => `${member.name}: ${texts[i]}`);
};

export const describeHosts = (world: World): string[] =>
  perMember(world, ({ director }) =>
    (director?.hosts.all() ?? [])
      .map(({ ip, tag, vhosts, isDown }) => `${ip}${tag === '' ? '' : `@${tag}`} ${vhosts} ${isDown ? 'down' : 'up'}`)
      .join(', '),
  );

/** Where everybody is, and where sessions are. */
export const describeUsers = ({ checker, world }: Simulation): string[] =>
  checker.users.flatMap((user) => {
    const lines = perMember(world, (member) => {
      const record = recordOf(member, user);
      if (record === undefined) return 'unknown';
      return `${record.ip}${record.isWeak ? ' weak' : ''}${record.isBeingMoved ? ' moving' : ''}`;
    });
    const sessions = [...world.clients.of(user)].map(({ ip, member }) => `${ip} through ${member}`).sort();
    const where = sessions.length === 0 ? 'no session' : sessions.join(', ');
    return lines.map((line, i) => `${user.name} ${line}${i === 0 ? `; ${where}` : ''}`);
  });
