/**
 * A user on the way to another mail host (director.c, director_kill_user ...), in a ring of one director:
 *
 *     killing --kicked--> flushing --flushed '+'--> done
 *        |                   '------otherwise-----> delay --director_user_kick_delay--> done
 *        '--kicked, no flush script, or no old host--> delay
 *
 * killing and flushing together take at most 30 s; then the move ends as it is. Logins of the user wait until done.
 */
import { assertNever } from '@homing/wire';
export type MoveState = { at: 'killing' | 'flushing' | 'delay' | 'done' };
export type MoveEvent = { on: 'kicked' } | { on: 'flushed'; isClean: boolean } | { on: 'deadline' };
export type MoveEffect = { do: 'flush' } | { do: 'forget-flush' } | { do: 'delay' } | { do: 'log-timeout' };

/** `wantsFlush`: there is a flush script, and an old mail host it could act on. */
export const stepMove = (
  state: MoveState,
  event: MoveEvent,
  wantsFlush: boolean,
): readonly [MoveState, readonly MoveEffect[]] => {
  switch (state.at) {
    case 'killing':
      if (event.on === 'deadline') return [{ at: 'done' }, [{ do: 'log-timeout' }]];
      if (event.on === 'flushed') return [state, []];
      return wantsFlush ? [{ at: 'flushing' }, [{ do: 'flush' }]] : [{ at: 'delay' }, [{ do: 'delay' }]];
    case 'flushing':
      if (event.on === 'deadline') return [{ at: 'done' }, [{ do: 'forget-flush' }, { do: 'log-timeout' }]];
      if (event.on === 'kicked') return [state, []];
      return event.isClean ? [{ at: 'done' }, []] : [{ at: 'delay' }, [{ do: 'delay' }]];
    case 'delay':
      return event.on === 'deadline' ? [{ at: 'done' }, []] : [state, []];
    case 'done':
      return [state, []];
    default:
      return assertNever(state.at);
  }
};
