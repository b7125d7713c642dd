/**
 * A user on the way to another mail host (director.c, director_kill_user ...). Whoever was told to move it, the
 * initiator, sends a token round the ring, USER-KILLED, from each director to its right; a director passes it on when its
 * own login processes have dropped the user's sessions. When the token is back, the initiator tells everybody.
 *
 *     killing --killed--> notify-received            killing, notify-received: login processes are being told
 *        | kicked                | kicked            (the initiator has the token from the start)
 *        v                       v
 *     waiting-for-notify --killed--> waiting-for-everyone        the token was passed on
 *                      '-- killed-everywhere: as below           or missed us, while the ring was cut
 *                                      | killed-everywhere, or killed: the token is back
 *                                      v
 *                   flushing <-- flush script? --> delay --director_user_kick_delay--> done
 *                      '--flushed '+': done at once, otherwise delay
 *
 * Alone nobody is waited for. All but the delay take at most 30 s together; then the move ends as it is. Logins of the
 * user wait until done.
 */
import { assertNever } from '@homing/wire';

export type MoveState = {
  at: 'killing' | 'notify-received' | 'waiting-for-notify' | 'waiting-for-everyone' | 'flushing' | 'delay' | 'done';
};

export type MoveEvent =
  | { on: 'kicked' }
  /** The token came, or it must be made anew because its maker is gone. */
  | { on: 'killed' }
  | { on: 'killed-everywhere' }
  /** There is no other director any more. */
  | { on: 'alone' }
  | { on: 'flushed'; isClean: boolean }
  | { on: 'deadline' };

export type MoveEffect =
  | { do: 'pass-token' }
  /** USER-KILLED-EVERYWHERE, as our own change. */
  | { do: 'tell-everyone' }
  | { do: 'flush' }
  | { do: 'forget-flush' }
  | { do: 'delay' }
  | { do: 'log-timeout' };

export type MoveFacts = {
  readonly isInitiator: boolean;
  /** Nobody else takes part. */
  readonly isAlone: boolean;
  /** There is a flush script for us to run, and an old mail host it could act on. */
  readonly wantsFlush: boolean;
};

type Step = readonly [MoveState, readonly MoveEffect[]];

export const stepMove = (state: MoveState, event: MoveEvent, facts: MoveFacts): Step => {
  switch (event.on) {
    case 'kicked':
      return kicked(state, facts);
    case 'killed':
      return killed(state, facts);
    case 'killed-everywhere':
      return killedEverywhere(state, facts);
    case 'alone':
      return isWaiting(state) ? finish(facts) : [state, []];
    case 'flushed':
      if (state.at !== 'flushing') return [state, []];
      return event.isClean ? [{ at: 'done' }, []] : [{ at: 'delay' }, [{ do: 'delay' }]];
    case 'deadline':
      return deadline(state);
    default:
      return assertNever(event);
  }
};

const isWaiting = ({ at }: MoveState): boolean => at === 'waiting-for-notify' || at === 'waiting-for-everyone';

const kicked = (state: MoveState, facts: MoveFacts): Step => {
  if (state.at !== 'killing' && state.at !== 'notify-received') return [state, []];
  if (facts.isAlone) return finish(facts);
  return facts.isInitiator || state.at === 'notify-received' ? passToken() : [{ at: 'waiting-for-notify' }, []];
};

/** The token may have gone round while we were not in the ring. Upstream goes on waiting for it. */
const killedEverywhere = (state: MoveState, facts: MoveFacts): Step => {
  if (state.at === 'killing') return [{ at: 'notify-received' }, []];
  return state.at === 'waiting-for-everyone' || state.at === 'waiting-for-notify' ? finish(facts) : [state, []];
};

const killed = (state: MoveState, facts: MoveFacts): Step => {
  switch (state.at) {
    case 'killing':
      return [{ at: 'notify-received' }, []];
    case 'waiting-for-notify':
      return facts.isAlone ? finish(facts) : passToken();
    case 'waiting-for-everyone':
      return finish(facts, { do: 'tell-everyone' });
    case 'flushing':
    case 'delay':
      // Somebody began later than the others: without an answer he would wait for ever.
      return [state, [{ do: 'tell-everyone' }]];
    case 'notify-received':
    case 'done':
      return [state, []];
    default:
      return assertNever(state.at);
  }
};

const passToken = (): Step => [{ at: 'waiting-for-everyone' }, [{ do: 'pass-token' }]];

const finish = ({ wantsFlush }: MoveFacts, ...after: readonly MoveEffect[]): Step =>
  wantsFlush ? [{ at: 'flushing' }, [{ do: 'flush' }, ...after]] : [{ at: 'delay' }, [{ do: 'delay' }, ...after]];

const deadline = (state: MoveState): Step => {
  if (state.at === 'delay' || state.at === 'done') return [{ at: 'done' }, []];
  const end: readonly MoveEffect[] = [{ do: 'log-timeout' }];
  return [{ at: 'done' }, state.at === 'flushing' ? [{ do: 'forget-flush' }, ...end] : end];
};
