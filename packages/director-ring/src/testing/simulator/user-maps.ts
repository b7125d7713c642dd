/** Whether all directors know the same of a user. */
import type { SimMember } from './member.ts';
import { recordOf } from './records.ts';
import type { MailUser } from './users.ts';
import type { World } from './world.ts';

/**
 * Whoever has sessions is refreshed every half of `director_user_expire`; so old a record, or so much older a one than
 * another's, is of somebody who has gone: a USER-MOVE that was held up refreshes him where it arrives.
 */
export const userProblems = (world: World, members: readonly SimMember[], user: MailUser): string[] => {
  const { director_user_expire } = world.options.settings;
  const records = members.map((member) => ({ member, record: recordOf(member, user) }));
  const times = records.flatMap(({ record }) => (record === undefined ? [] : [record.timestamp]));
  const newest = Math.max(...times);
  const half = director_user_expire / 2;
  if (newest + half <= world.queue.now() / 1000) return [];
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
      record.timestamp >= newest - half,
  );
  return isSame ? [] : [`${user.name} differs: ${facts.join(', ')}`];
};

/** When somebody last heard of him, Unix seconds. */
export const newestRefresh = (members: readonly SimMember[], user: MailUser): number =>
  Math.max(...members.map((member) => recordOf(member, user)?.timestamp ?? 0));
