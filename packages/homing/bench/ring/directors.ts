/** The directors of the ring benchmarks, configured alike, on loopback addresses that no test uses. */
import { commandLine } from '../../interop/lib/process.ts';
import type { Kind, Member } from '../../interop/ring/member.ts';
import { loopback } from '../../interop/ring/network.ts';
import { createRing, type Ring } from '../../interop/ring/ring.ts';

/** Nobody expires while anything is measured. */
const SETTINGS = 'director_user_expire = 24 hours\n';

export const addressOf = (number: number, place: number): string => `127.6.${number}.${place}`;

/** `places`: the last numbers of their addresses. `peers`: those of directors that the benchmark plays itself. */
export const createDirectors = (
  number: number,
  kind: Kind,
  places: readonly number[],
  peers: readonly number[] = [],
): Promise<Ring> =>
  createRing({
    network: {
      ...loopback(number, 0),
      places: places.map((place) => ({ address: addressOf(number, place), enter: [] })),
    },
    kinds: places.map(() => kind),
    settings: SETTINGS,
    peers: peers.map((peer) => addressOf(number, peer)),
  });

export const membersOf = ({ members }: Ring): readonly [Member, Member] => {
  const [first, second] = members;
  if (first === undefined || second === undefined) throw new Error('not a ring of two');
  return [first, second];
};

/** The process that holds the users. */
export const directorProcess = (member: Member): number => {
  const name = member.kind === 'dovecot' ? 'dovecot/director' : 'core.ts';
  const pid = member.processes().find((process) => commandLine(process).includes(name));
  if (pid === undefined) throw new Error(`${member.place.address}: no process ${name}`);
  return pid;
};
