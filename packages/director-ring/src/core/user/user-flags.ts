import type { UserId, UserRecords } from './user-records.ts';

/** What is known of users besides their mail host. */
export type UserFlags = {
  /** Neither being killed nor weak. */
  isFree(id: UserId): boolean;
  isBeingKilled(id: UserId): boolean;
  setBeingKilled(id: UserId, isBeingKilled: boolean): void;
  /** The directors have yet to agree where the user is. */
  isWeak(id: UserId): boolean;
  setWeak(id: UserId, isWeak: boolean): void;
};

const KILLED = 1;
const WEAK = 2;

export const createUserFlags = (records: UserRecords): UserFlags => {
  const is = (id: UserId, flag: number): boolean => (records.get(id, 'flags') & flag) !== 0;
  const set = (id: UserId, flag: number, isSet: boolean): void => {
    const flags = records.get(id, 'flags');
    records.set(id, 'flags', isSet ? flags | flag : flags & ~flag);
  };
  return {
    isFree: (id) => records.get(id, 'flags') === 0,
    isBeingKilled: (id) => is(id, KILLED),
    setBeingKilled: (id, isBeingKilled) => set(id, KILLED, isBeingKilled),
    isWeak: (id) => is(id, WEAK),
    setWeak: (id, isWeak) => set(id, WEAK, isWeak),
  };
};
