/** What follows when the `ipc` service has answered a kick, or will not. */
import { DIRECTOR_ADMIN_REPLY } from '@homing/wire';
import type { Director } from '../director.ts';
import { startWaitingKicks } from './admin-kicks.ts';
import { advanceMove, type Move } from './moves.ts';

/** `failure`: why the sessions could not be told, else undefined. A kick that timed out before is ignored. */
export const kickFinished = (director: Director, id: number, failure: string | undefined, now: number): void => {
  const purpose = director.kicks.outstanding.get(id);
  if (purpose === undefined) return;
  director.kicks.outstanding.delete(id);
  director.kicks.limits.remove(id);
  if (purpose.for === 'admin') {
    const reply = failure === undefined ? DIRECTOR_ADMIN_REPLY.ok : `${failure}\n`;
    director.effects.push({ do: 'reply', session: purpose.session, reply });
  } else if (purpose.for === 'move') {
    // A move that has ended meanwhile has told why.
    if (failure !== undefined && director.moves.byId.has(purpose.move.id)) {
      logFailure(director, purpose.move, failure, now);
    }
    advanceMove(director, purpose.move, { on: 'kicked' }, now);
  }
  startWaitingKicks(director, now);
};

const logFailure = (director: Director, move: Move, failure: string, now: number): void => {
  if (!director.moves.failureThrottle.accept(now)) return;
  director.effects.push({
    do: 'log',
    level: 'error',
    event: 'director_user_kill_failed',
    fields: { user_hash: move.hash },
    text: `Failed to kill user ${move.hash} connections: ${failure}`,
  });
};
