/**
 * The ring, each director among its own kind: what a user costs in memory, how long it takes to hand all users to a
 * director that joins and how long the two do nothing else meanwhile, and how long a user takes through one director on
 * its way round. Of all these less is better.
 */

import type { Kind, Member } from '../interop/ring/member.ts';
import { formed } from '../interop/ring/ring.ts';
import { compare, type Effort, loadOn, median, type Result } from './result.ts';
import { addressOf, createDirectors, directorProcess, membersOf } from './ring/directors.ts';
import { startFilling } from './ring/fill.ts';
import { type HandOver, handOver } from './ring/hand-over.ts';
import { restingMemory } from './ring/memory.ts';

/** The third numbers of the addresses. */
const NETWORKS = { homing: 1, dovecot: 2 } as const;
const HOP_NETWORKS = { homing: 3, dovecot: 4 } as const;
/** Of the warm-up: they come again and again. */
const FEW_USERS = 1000;

export const benchRing = async (effort: Effort): Promise<Result[]> => [
  ...(await benchUsers(effort)),
  await benchHops(effort),
];

type Contender = {
  readonly full: Member;
  readonly joining: Member;
  readonly bytesPerUser: number;
  readonly handOvers: HandOver[];
};

const benchUsers = async ({ users, turns }: Effort): Promise<Result[]> => {
  await using stack = new AsyncDisposableStack();
  const homing = await startContender('homing', users, stack);
  const dovecot = await startContender('dovecot', users, stack);
  for (let turn = 0; turn < turns; turn++) {
    for (const { full, joining, handOvers } of turn % 2 === 0 ? [homing, dovecot] : [dovecot, homing]) {
      handOvers.push(await handOver(full, joining, users));
    }
  }
  const result = (work: string, unit: string, of: (contender: Contender) => number): Result =>
    lessIsBetter(`ring-${work}`, unit, of(homing), of(dovecot));
  const worst = (stall: (of: HandOver) => number) => (contender: Contender) =>
    Math.max(...contender.handOvers.map(stall));
  return [
    result('memory', 'bytes/user', ({ bytesPerUser }) => bytesPerUser),
    result('handover', 's', ({ handOvers }) => median(handOvers.map(({ seconds }) => seconds))),
    result(
      'stall-giving',
      'ms',
      worst(({ givingStallMs }) => givingStallMs),
    ),
    result(
      'stall-taking',
      'ms',
      worst(({ takingStallMs }) => takingStallMs),
    ),
  ];
};

/** The warm-up is as many lines of a few users: what is measured behind it belongs to users, not to reading lines. */
const startContender = async (kind: Kind, users: number, stack: AsyncDisposableStack): Promise<Contender> => {
  const [full, joining] = membersOf(stack.use(await createDirectors(NETWORKS[kind], kind, [1, 2])));
  await using filling = await startFilling(full, joining.place.address);
  const pid = directorProcess(full);
  await filling.users(users, FEW_USERS);
  const before = await restingMemory(pid);
  await filling.users(users, users);
  const bytesPerUser = ((await restingMemory(pid)) - before) / users;
  await filling.finish();
  return { full, joining, bytesPerUser, handOvers: [] };
};

const benchHops = async ({ seconds, turns }: Effort): Promise<Result> => {
  await using stack = new AsyncDisposableStack();
  const contenders: { name: Kind; target: string }[] = [];
  for (const name of ['homing', 'dovecot'] as const) {
    const members = membersOf(stack.use(await createDirectors(HOP_NETWORKS[name], name, [2, 3], [1])));
    for (const member of members) await member.start();
    await formed(members, 60_000);
    contenders.push({ name, target: members[0].place.address });
  }
  const rate = await compare('ring-hop', 'hops/s', contenders, turns, async (target) => {
    const own = addressOf(target === contenders[0]?.target ? HOP_NETWORKS.homing : HOP_NETWORKS.dovecot, 1);
    const done = await loadOn('ring-hop', target, own, seconds);
    return done.count / done.seconds;
  });
  return lessIsBetter('ring-hop', 'µs/hop', 1e6 / rate.homing, 1e6 / rate.dovecot);
};

const lessIsBetter = (work: string, unit: string, homing: number, dovecot: number): Result => ({
  work,
  homing,
  dovecot,
  ratio: dovecot / homing,
  unit,
});
