/** What is due for users of the ring. */
import type { Director } from '../director.ts';
import { delayWarning } from '../request/delay-warning.ts';
import { forwardUsers, nextForward } from './forward-users.ts';
import { logRing } from './log.ts';
import { resendWeak } from './weak-user.ts';

export const tickUsers = (director: Director, now: number): void => {
  delayWarning(director, now);
  resendWeak(director, now);
  forwardUsers(director, now);
};

export const nextUserDeadline = ({ ring, requests }: Director): number | undefined => {
  const times = [ring.weak.resends.next(), nextForward(ring), requests.delayWarningAt];
  const due = times.filter((time) => time !== undefined);
  return due.length === 0 ? undefined : Math.min(...due);
};

/** Users whose weakness nobody ended, not even a timeout of their logins. */
export const logStuck = (director: Director): void => {
  for (const { users } of director.hosts.tags()) {
    for (const hash of users.takeStuck()) {
      const text = `User ${hash} weakness appears to be stuck, removing it`;
      logRing(director, 'warning', 'director_user_weak_stuck', text, { user_hash: hash });
    }
  }
};
