/** Dovecot 2.4 and a Homing beside it that is neither root nor one of Dovecot's users, as the manual tells an operator. */
import type { Server } from './server.ts';

/** Debian has the user and the group, and they own nothing that matters. */
export const SIDECAR = 'mail';

/** Of Dovecot's `service auth`. */
const listener = (type: 'login' | 'userdb'): string => `  unix_listener sidecar-${type} {
    type = ${type}
    mode = 0600
    user = ${SIDECAR}
  }`;

export const sidecarLogin = listener('login');
export const sidecarUserdb = listener('userdb');

/** Homing's sockets for the login processes. */
export const besideDovecot24 = (dovecot24: Server): string => `service auth {
  user = ${SIDECAR}
}
service director {
  user = ${SIDECAR}
  unix_listener ${dovecot24.socket('login/sidecar/login')} {
    mode = 0666
  }
  fifo_listener ${dovecot24.socket('login/sidecar/proxy-notify')} {
    mode = 0622
  }
}`;
