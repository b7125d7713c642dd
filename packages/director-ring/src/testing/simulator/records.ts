/** What a director knows of a user, looked at from outside. */
import { NO_USER } from '../../core/user/user-records.ts';
import type { SimMember } from './member.ts';
import type { MailUser } from './users.ts';

export type UserRecord = {
  readonly ip: string;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly isWeak: boolean;
  readonly isBeingMoved: boolean;
};

/** Also one that has expired and was not looked up since. */
export const recordOf = ({ director }: SimMember, { hash, tag }: MailUser): UserRecord | undefined => {
  const users = director?.hosts.tag(tag)?.users;
  // Looked up in the distant past nobody has expired, so that looking changes nothing.
  const id = users?.find(hash, 0) ?? NO_USER;
  if (director === undefined || users === undefined || id === NO_USER) return undefined;
  return {
    ip: director.hosts.at(users.hostOf(id)).ip,
    timestamp: users.user(id).timestamp,
    isWeak: users.isWeak(id),
    isBeingMoved: users.isBeingKilled(id),
  };
};
