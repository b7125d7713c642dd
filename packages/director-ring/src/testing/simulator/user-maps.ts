/** Whether all directors know the same of a user. */
import type { SimMember } from './member.ts';
import { recordOf } from './records.ts';
import type { MailUser } from './users.ts';
import type { World } from './world.ts';

/** USER-MOVE names no time: the user is as old as its way round, which over slow links takes a few seconds. */
const WAY_ROUND_SECONDS = 3;

/**
 * Whose time is over soon may have been forgotten by some. One who is weak wherever he is known is nowhere: before he is let
 * in all are asked.
 */
export const userProblems = (world: World, members: readonly SimMember[], user: MailUser): string[] => {
  const { director_user_expire } = world.options.settings;
  const records = members.map((member) => ({ member, record: recordOf(member, user) }));
  const times = records.flatMap(({ record }) => (record === undefined ? [] : [record.timestamp]));
  const newest = Math.max(...times);
  if (newest + director_user_expire - WAY_ROUND_SECONDS <= world.queue.now() / 1000) return [];
  if (records.every(({ record }) => record?.isWeak !== false)) return [];
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
      record.timestamp >= newest - WAY_ROUND_SECONDS,
  );
  return isSame ? [] : [`${user.name} differs: ${facts.join(', ')}`];
};

/** When somebody last heard of him, Unix seconds. */
export const newestRefresh = (members: readonly SimMember[], user: MailUser): number =>
  Math.max(...members.map((member) => recordOf(member, user)?.timestamp ?? 0));
