/** The director's timers: one is enough, set to `nextDeadline`. */
import { continueResets } from './admin/host-reset.ts';
import { continueAdmin, failLateAdmin } from './admin/run-command.ts';
import type { Director } from './director.ts';
import { kickFinished } from './move/kick-finished.ts';
import { advanceMove, continueMoves } from './move/moves.ts';
import { learnPostponed } from './relearn/learn-sessions.ts';
import { endRelearn } from './relearn/relearn.ts';
import { failLateRequests, retryRequests } from './request/requests.ts';
import { nextRingDeadline, tickRing } from './ring/ring-timers.ts';
import { logStuck, nextUserDeadline, tickUsers } from './ring/user-timers.ts';
import { fullText } from './room.ts';

/** Users dropped in one go; a million that expire in the same second must not stop logins. */
const EXPIRE_BATCH = 10_000;

/** After `isChanged`: waiting logins first, then admin commands and resets, as director_state_changed() does. */
export const continueWaiting = (director: Director, now: number): void => {
  director.isChanged = false;
  learnPostponed(director, now);
  continueMoves(director, now);
  retryRequests(director, now);
  continueAdmin(director, now);
  continueResets(director, now);
};

/** Does everything that is due. */
export const tick = (director: Director, now: number): void => {
  tickRing(director, now);
  tickUsers(director, now);
  failLateRequests(director, now);
  failLateAdmin(director, now);
  const { moves, kicks, relearn } = director;
  if (relearn.until !== undefined && relearn.until <= now) endRelearn(director);
  for (const limits of [moves.limits, moves.delays]) {
    for (let move = limits.due(now); move !== undefined; move = limits.due(now)) {
      advanceMove(director, move, { on: 'deadline' }, now);
    }
  }
  for (let kick = kicks.limits.due(now); kick !== undefined; kick = kicks.limits.due(now)) {
    kickFinished(director, kick, 'ipc reply timed out', now);
  }
  logLeftOut(director, now);
  const seconds = Math.floor(now / 1000);
  for (const { users } of director.hosts.tags()) users.expire(seconds, EXPIRE_BATCH);
  logStuck(director);
};

/** Undefined when there is nothing to wait for. */
export const nextDeadline = (director: Director, now: number): number | undefined => {
  const { requests, admin, moves, kicks, relearn } = director;
  let next = earlier(requests.limits.next(), earlier(moves.limits.next(), moves.delays.next()));
  next = earlier(next, earlier(kicks.limits.next(), earlier(admin.limits.next(), relearn.until)));
  next = earlier(next, nextRingDeadline(director, now));
  next = earlier(next, nextUserDeadline(director));
  next = earlier(next, earlier(moves.timeoutThrottle.next(), moves.failureThrottle.next()));
  next = earlier(next, earlier(director.ring.refusedThrottle.next(), requests.noRoomThrottle.next()));
  for (const { users } of director.hosts.tags()) {
    const expiry = users.nextExpiry(Math.floor(now / 1000));
    if (expiry !== undefined) next = earlier(next, expiry * 1000);
  }
  return next;
};

const earlier = (a: number | undefined, b: number | undefined): number | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
};

const logLeftOut = (director: Director, now: number): void => {
  const timeouts = director.moves.timeoutThrottle.summary(now);
  const failures = director.moves.failureThrottle.summary(now);
  const log = (event: string, count: number, text: string): void => {
    if (count > 0) director.effects.push({ do: 'log', level: 'error', event, fields: { count }, text });
  };
  const state = 'their state may now be inconsistent';
  log('director_user_move_timeout', timeouts, `${timeouts} users' move timed out, ${state}`);
  log('director_user_kill_failed', failures, `Failed to kill ${failures} users' connections`);
  const left = director.requests.noRoomThrottle.summary(now);
  log('director_user_left_out', left, `${left} more users were refused or left out: ${fullText(director)}`);
  const refused = director.ring.refusedThrottle.summary(now);
  log('director_refused', refused, `${refused} more connections or directors were refused`);
};
