/**
 * Sessions of Dovecot 2.4's login processes are known through its anvil alone (dovecot-sessions.ts). Whoever forgot to
 * name it must not learn that from a user on two backends.
 */
import type { Log } from '@homing/io';
import type { OnHello } from './auth-client-side.ts';

/** For clients of the login socket; tells once. */
export const tellUnseenSessions = (log: Log): OnHello => {
  let isTold = false;
  return ({ protocolKey }) => {
    if (!protocolKey || isTold) return;
    isTold = true;
    log.warning(
      'sessions_unseen',
      {},
      'Login processes of Dovecot 2.4 connect, but homing_anvil_socket is not set: moves and kicks do not end their ' +
        'sessions, and users who stay may expire',
    );
  };
};
