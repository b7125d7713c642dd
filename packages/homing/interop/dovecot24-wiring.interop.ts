/** How Dovecot 2.4 is pointed at Homing's sockets: one protocol at a time, in two ways, and where no socket may lie. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDovecot24 } from './lib/dovecot24.ts';
import { startHoming } from './lib/homing.ts';
import { imapLogin, pop3Login } from './lib/mail-login.ts';
import { mailboxes24 } from './lib/mailboxes.ts';
import { MAIL_PASSWORD, MIXED_BACKENDS, type MixedBackends, startMixedBackends } from './lib/mixed-backends.ts';
import { freePorts } from './lib/ports.ts';
import { makeMailDir, type Server } from './lib/server.ts';
import { describeWithDovecot24 } from './lib/suite.ts';

const USER = 'ann@example.com';
const HOST = '127.0.24.2';

const homingConfig = (front: Server, socket: string): string => `
protocols =
director_mail_servers = ${MIXED_BACKENDS.join(' ')}
homing_auth_login_socket = ${front.socket('auth-login')}
service director {
  unix_listener ${front.socket(socket)} {
    mode = 0666
  }
}
`;

/** Users of POP3 have their mail here, users of IMAP on the backends. */
const frontConfig =
  (ports: { imap: number; pop3: number; backend: number }, wiring: string) =>
  (dir: string): string =>
    `
protocols = imap pop3
listen = ${HOST}
${wiring}
service imap-login {
  inet_listener imap {
    port = ${ports.imap}
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${ports.pop3}
  }
}
passdb static {
  password = ${MAIL_PASSWORD}
}
protocol imap {
  passdb static {
    fields {
      proxy = yes
      port = ${ports.backend}
    }
  }
}
${mailboxes24(dir)}
`;

describeWithDovecot24('only IMAP of a Dovecot 2.4 goes through Homing', () => {
  const stack = new AsyncDisposableStack();
  let backends: MixedBackends;

  beforeAll(async () => {
    backends = stack.use(await startMixedBackends());
  });
  afterAll(() => stack.disposeAsync());

  test.each([
    ['login_socket_path', 'protocol imap {\n  login_socket_path = sidecar/login\n}\n'],
    ['executable', 'service imap-login {\n  executable = imap-login sidecar/login\n}\n'],
  ])('by %s', async (_, wiring) => {
    const [imap = 0, pop3 = 0] = await freePorts(2, HOST);
    const ports = { imap, pop3, backend: backends.ports.imap };
    await using front = await startDovecot24({ config: frontConfig(ports, wiring), prepare: makeMailDir });
    await using homing = await startHoming({ config: () => homingConfig(front, 'login/sidecar/login') });

    await imapLogin({ host: HOST, port: imap }, USER, MAIL_PASSWORD);
    const { stdout } = await homing.homeadm('director', 'status', USER);
    const backend = MIXED_BACKENDS.find((host) => stdout.includes(`Current: ${host} `)) ?? stdout;
    await front.logged(
      new RegExp(`imap-login: Info: proxy\\(${USER},${backend}:${ports.backend}\\): Started proxying`),
    );

    homing.signal('SIGTERM');
    await homing.exited;
    await pop3Login({ host: HOST, port: pop3 }, USER, MAIL_PASSWORD);
    await front.logged(new RegExp(`pop3-login: Info: Logged in: user=<${USER}>`));
  });
});

describeWithDovecot24('sockets in Dovecot’s login folder', () => {
  test('directly in it they keep Dovecot 2.4 from starting, of which Homing warns', async () => {
    const ports = { imap: 0, pop3: 0, backend: 0 };
    await using front = await startDovecot24({ config: frontConfig(ports, '') });
    const socket = front.socket('login/homing');
    {
      await using homing = await startHoming({ config: () => homingConfig(front, 'login/homing') });
      await homing.logged(
        new RegExp(
          `Warning: service\\(director\\): unix_listener ${socket}: .*${front.socket('login/sidecar/homing')}`,
        ),
      );
      await front.doveadm('stop');
      await expect(front.again()).rejects.toThrow(`Dovecot is already running? Socket already exists: ${socket}`);
    }
    await using later = await front.again();
    expect(later.log()).toContain('starting up');
  });
});
