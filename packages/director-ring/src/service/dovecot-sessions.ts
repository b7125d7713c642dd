/** The sessions of Dovecot 2.4's login processes, as a director meets them: by the name at the backend. */
import type { Log } from '@homing/io';
import type { Director } from '../core/director.ts';
import type { Session } from '../core/relearn/session.ts';
import { askAnvilSessions } from './anvil-sessions.ts';
import { withoutMaster } from './complete-line.ts';
import type { Finished, Kicker } from './kicker.ts';
import { reasonOf } from './line-dialogue.ts';
import { createSessionEnding, type SessionSockets } from './session-ending.ts';
import { createSessionKicks } from './session-kicks.ts';

export type DovecotSessions = {
  readonly kicker: Kicker;
  readonly list: (onSession: (session: Session) => void, finished: Finished) => void;
};

/** `signal` ends what is under way. */
export const dovecotSessions = (
  director: Director,
  sockets: SessionSockets,
  log: Log,
  signal: AbortSignal,
): DovecotSessions => {
  const separator = director.settings.auth_master_user_separator;
  const hashOf = (backendUser: string): number | undefined => {
    const hash = director.userHash(withoutMaster(backendUser, separator));
    return typeof hash === 'number' ? hash : undefined;
  };
  return {
    kicker: createSessionKicks({
      list: (onSession) => askAnvilSessions(sockets.anvil, onSession, signal),
      end: createSessionEnding(sockets, signal),
      hashOf,
      log,
      now: () => performance.now(),
    }),
    list(onSession, finished) {
      const answer = (failure: string | undefined): void => {
        if (!signal.aborted) finished(failure);
      };
      askAnvilSessions(
        sockets.anvil,
        ({ backendUser, destIp }) => onSession({ username: withoutMaster(backendUser, separator), ip: destIp }),
        signal,
      ).then(
        () => answer(undefined),
        (error: unknown) => answer(`anvil: ${reasonOf(error)}`),
      );
    },
  };
};
