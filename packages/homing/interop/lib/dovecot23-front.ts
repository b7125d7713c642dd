/** Login processes of a Dovecot 2.3 in front of Homing's director, whose sockets are below Dovecot's own base_dir. */
import type { Server } from './server.ts';

/** Dovecot's: IMAP and POP3. They ask the director, and who may log in is not for Dovecot to say. */
export const loginsAtDirector = (ports: {
  readonly imap: number;
  readonly pop3: number;
}): string => `service imap-login {
  executable = imap-login sidecar/director
  inet_listener imap {
    port = ${ports.imap}
  }
}
service pop3-login {
  executable = pop3-login sidecar/director
  inet_listener pop3 {
    port = ${ports.pop3}
  }
}
passdb {
  driver = static
  args = nopassword=y nologin=y
}`;

/** Homing's sockets for them. */
export const besideDovecot23 = (dovecot23: Server): string => `service director {
  unix_listener ${dovecot23.socket('login/sidecar/director')} {
    mode = 0666
  }
  fifo_listener ${dovecot23.socket('login/sidecar/proxy-notify')} {
    mode = 0666
  }
}`;
