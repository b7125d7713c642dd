/** `homing_director_max_users`: nobody fills our memory with users. Asked before one is added. */
import type { Director } from './director.ts';
import { logRing } from './ring/log.ts';

export const isFull = ({ hosts, settings }: Director): boolean => hosts.users() >= settings.homing_director_max_users;

export const fullText = ({ settings }: Director): string =>
  `homing_director_max_users=${settings.homing_director_max_users} reached`;

/**
 * For a user that another director tells of. One too many is left out, and the log says so: where directors take the last
 * place at the same time, none of them is to blame.
 */
export const hasRoom = (director: Director, hash: number, now: number): boolean => {
  if (!isFull(director)) return true;
  if (director.requests.noRoomThrottle.accept(now)) {
    const text = `director: User hash ${hash} is left out: ${fullText(director)}`;
    logRing(director, 'error', 'director_user_left_out', text, { user_hash: hash });
  }
  return false;
};
