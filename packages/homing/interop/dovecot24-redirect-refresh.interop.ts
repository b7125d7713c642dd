/**
 * A session of Dovecot 2.4's own imap-login that a backend sent to another one: what is reported of it keeps the choice of
 * Homing's director alive, and no other.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { directorCommand } from './lib/director-command.ts';
import type { Dovecot } from './lib/dovecot.ts';
import { startDovecot24 } from './lib/dovecot24.ts';
import { holdSession } from './lib/held-session.ts';
import { type Homing, startHoming } from './lib/homing.ts';
import {
  AT_23,
  AT_24,
  type BackendPorts,
  type MovingBackends,
  startMovingBackends,
  USER_PASSWORD,
  userLine,
} from './lib/moving-backends.ts';
import { freePort } from './lib/ports.ts';
import { describeWithBothDovecots } from './lib/suite.ts';
import { until } from './lib/until.ts';

const HOP = '127.0.27.4';
const USER = 'imap-moved';

/** As the manual has it, with the sessions reported every half of this. */
const EXPIRE_SECONDS = 10;

const hopConfig = (port: number): string => `
protocols = imap
listen = ${HOP}
login_socket_path = sidecar/login
login_proxy_notify_path = sidecar/proxy-notify
service imap-login {
  inet_listener imap {
    port = ${port}
  }
}
`;

const sidecarConfig =
  (hop: Dovecot) =>
  (dir: string): string =>
    `
protocols =
director_mail_servers = ${AT_24} ${AT_23}
director_user_expire = ${EXPIRE_SECONDS} secs
passdb {
  driver = passwd-file
  args = ${dir}/users
}
service director {
  unix_listener ${hop.socket('login/sidecar/login')} {
    mode = 0666
  }
  fifo_listener ${hop.socket('login/sidecar/proxy-notify')} {
    mode = 0622
  }
}
`;

describeWithBothDovecots('a session of 2.4’s imap-login that a backend sent elsewhere', () => {
  const stack = new AsyncDisposableStack();
  let backends: MovingBackends;
  let homing: Homing;
  let port: number;

  const director = (command: string, ...args: string[]): Promise<string> =>
    directorCommand(backends.dovecot23, homing, command, USER, ...args);

  beforeAll(async () => {
    const at24 = ({ imap }: BackendPorts): string[] => [userLine(USER, `nologin=y host=${AT_23} port=${imap}`)];
    backends = stack.use(await startMovingBackends({ at24, at23: () => [userLine(USER)] }));
    port = await freePort(HOP);
    const hop = stack.use(await startDovecot24({ config: () => hopConfig(port) }));
    const users = `${USER}:{PLAIN}${USER_PASSWORD}::::::proxy=y port=${backends.ports.imap}\n`;
    homing = stack.use(await startHoming({ config: sidecarConfig(hop), files: { users } }));
    await director('move', AT_24);
  });
  afterAll(() => stack.disposeAsync());

  test('the director hears of it as long as it lasts', async () => {
    using session = await holdSession({ host: HOP, port }, USER, USER_PASSWORD);
    await backends.dovecot23.logged(new RegExp(`imap-login: Info: Login: user=<${USER}>`));
    const known = new RegExp(`^Current: ${AT_24.replaceAll('.', '\\.')} \\(expires ([^)]+)\\)`, 'm');
    const expiry = async (): Promise<string | undefined> => known.exec(await director('status'))?.[1];
    const first = await until('the end of the move', 10_000, expiry);
    await until('the user to be reported', 4 * EXPIRE_SECONDS * 1000, async () => (await expiry()) !== first);
    const later = await until('another report', 4 * EXPIRE_SECONDS * 1000, expiry);
    expect(later).not.toBe(first);
    expect(await session.alive()).toBe(true);
  });
});
