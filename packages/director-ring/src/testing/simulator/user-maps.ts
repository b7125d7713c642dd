/** Whether all directors know the same of a user. */
import type { SimMember } from './member.ts';
import { recordOf } from './records.ts';
import type { MailUser } from './users.ts';
import type { World } from './world.ts';

/**
 * Times may differ by a quarter of `director_user_expire`: USER-MOVE names none, and who was refreshed on one side of a cut
 * only may stay so much older on the other. In that last quarter he may be forgotten by some. A weak user of a director
 * that is alone is let in like any other.
 */
export const userProblems = (world: World, members: readonly SimMember[], user: MailUser): string[] => {
  const { director_user_expire } = world.options.settings;
  const records = members.map((member) => ({ member, record: recordOf(member, user) }));
  const times = records.flatMap(({ record }) => (record === undefined ? [] : [record.timestamp]));
  const newest = Math.max(...times);
  const quarter = director_user_expire / 4;
  if (newest + director_user_expire - quarter <= world.queue.now() / 1000) return [];
  const facts = records.map(({ member, record }) => {
    if (record === undefined) return `${member.name}: unknown`;
    const flags = `${record.isWeak ? ' weak' : ''}${record.isBeingMoved ? ' moving' : ''}`;
    return `${member.name}: ${record.ip}${flags} ${record.timestamp - newest}`;
  });
  const isSame = records.every(
    ({ record }) =>
      record !== undefined &&
      record.ip === records[0]?.record?.ip &&
      (!record.isWeak || members.length === 1) &&
      record.timestamp >= newest - quarter,
  );
  return isSame ? [] : [`${user.name} differs: ${facts.join(', ')}`];
};

/** When somebody last heard of him, Unix seconds. */
export const newestRefresh = (members: readonly SimMember[], user: MailUser): number =>
  Math.max(...members.map((member) => recordOf(member, user)?.timestamp ?? 0));
