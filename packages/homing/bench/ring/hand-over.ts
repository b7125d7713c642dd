/**
 * A director joins another that has all the users. Both are asked for their ring every few ms: the time counts from the
 * first connection of the joining one to the moment when both are synced with both neighbours, and the slowest answer in
 * between is how long a director did nothing else.
 */
import { rm, symlink } from 'node:fs/promises';
import { until } from '../../interop/lib/until.ts';
import type { Member } from '../../interop/ring/member.ts';
import { type Sample, startWatch, type Watch } from './watch.ts';

export type HandOver = {
  readonly seconds: number;
  /** Of the director that has the users, and of the one that gets them. */
  readonly givingStallMs: number;
  readonly takingStallMs: number;
};

const START_MS = 30_000;
const LIMIT_MS = 300_000;

/** Ends with the joining director stopped again. */
export const handOver = async (full: Member, joining: Member, users: number): Promise<HandOver> => {
  // What it kept of an earlier time would be dropped, but not for nothing.
  await rm(joining.stateDir, { recursive: true, force: true });
  const socket = `${joining.stateDir}.admin`;
  await using giving = startWatch(full.socket('director-admin'));
  await using taking = startWatch(socket);
  await giving.until('alone', START_MS);
  await Promise.all([joining.start(), linkWhenRunning(joining, socket)]);
  try {
    await Promise.all([taking.until('joined', LIMIT_MS), giving.until('joined', LIMIT_MS)]);
    await checkUsers(joining, users);
    return measured(giving, taking);
  } finally {
    await rm(socket);
    await joining.stop();
  }
};

/** Before it has answered anybody, so that its watch misses nothing. */
const linkWhenRunning = async (member: Member, link: string): Promise<void> => {
  await until(`${member.place.address} to run`, START_MS, () => member.isRunning());
  await symlink(member.socket('director-admin'), link);
};

const measured = (giving: Watch, taking: Watch): HandOver => {
  const [given, taken] = [giving.samples(), taking.samples()];
  const alone = given.find(({ phase }) => phase === 'alone')?.answered ?? 0;
  const begin = given.find(({ phase, asked }) => asked > alone && phase !== 'alone')?.asked ?? 0;
  const end = Math.max(joinedAt(given, begin), joinedAt(taken, begin));
  const isWithin = ({ asked, answered }: Sample): boolean => asked < end && answered > begin;
  return {
    seconds: (end - begin) / 1000,
    givingStallMs: slowest(given.filter(isWithin)),
    // Its first answer has waited for it to start.
    takingStallMs: slowest(taken.slice(1).filter(isWithin)),
  };
};

const joinedAt = (samples: readonly Sample[], begin: number): number =>
  samples.find(({ phase, answered }) => phase === 'joined' && answered > begin)?.answered ?? 0;

const slowest = (samples: readonly Sample[]): number =>
  samples.reduce((most, { asked, answered }) => Math.max(most, answered - asked), 0);

const checkUsers = async (member: Member, users: number): Promise<void> => {
  const rows = await member.ask('HOST-LIST');
  const found = rows.reduce((sum, row) => sum + Number(row.split('\t')[2]), 0);
  if (found < users) throw new Error(`${member.place.address} has ${found} of ${users} users`);
};
