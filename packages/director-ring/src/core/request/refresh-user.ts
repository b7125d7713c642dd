import type { ByteString } from '@homing/wire';
import type { Director } from '../director.ts';
import { announceUser } from '../ring/user-update.ts';
import { refreshStored } from '../state/restore.ts';
import { NO_USER } from '../user/user-records.ts';
import { hashUsername } from './hash-username.ts';

/** A login process says that the user still has sessions; only users that are known are refreshed, in every tag. */
export const refreshUser = (director: Director, username: ByteString, now: number): void => {
  const hash = hashUsername(director, username);
  if (hash === undefined) return;
  const seconds = Math.floor(now / 1000);
  refreshStored(director, hash, seconds);
  for (const { users } of director.hosts.tags()) {
    const user = users.find(hash, seconds);
    if (user === NO_USER) continue;
    const age = seconds - users.user(user).timestamp;
    users.refresh(user, seconds);
    if (!users.isWeak(user)) announceUser(director, director.ring.self, users, user);
    if (age < director.settings.director_user_expire) continue;
    director.effects.push({
      do: 'log',
      level: 'warning',
      event: 'director_notify_too_late',
      fields: { user: username, seconds: age },
      text: `notify: User ${username} refreshed too late (${age} secs)`,
    });
  }
};
