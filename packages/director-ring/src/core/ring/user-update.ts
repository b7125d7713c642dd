import type { Director } from '../director.ts';
import type { UserDirectory } from '../user/user-directory.ts';
import { NO_USER, type UserId } from '../user/user-records.ts';
import { update } from './propagate.ts';
import type { Member } from './ring.ts';

/** Tells everybody but `source` where a user is, and since when. The user must not be weak. */
export const announceUser = (
  director: Director,
  source: Member | undefined,
  users: UserDirectory,
  user: UserId,
): void => {
  if (director.ring.peers.size === 0) return;
  const { hash, host, timestamp } = users.user(user);
  const { ip } = director.hosts.at(host);
  update(director, source, { cmd: 'USER', hash, ip, timestamp, isWeak: false });
};

/** Others say that a user is elsewhere whom we move just now. Should they not hear of the move, they hear of its end. */
export const contestUser = ({ ring: { contested } }: Director, users: UserDirectory, hash: number): void => {
  contested.set(users, (contested.get(users) ?? new Set()).add(hash));
};

/** Users that others said to be elsewhere while they were being moved: now they hear where they are. */
export const announceContested = (director: Director, now: number): void => {
  for (const [users, hashes] of director.ring.contested) {
    for (const hash of hashes) {
      const user = users.find(hash, Math.floor(now / 1000));
      if (user !== NO_USER && users.isBeingKilled(user)) continue;
      hashes.delete(hash);
      if (user !== NO_USER && !users.isWeak(user)) announceUser(director, undefined, users, user);
    }
  }
};
