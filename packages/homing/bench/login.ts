/**
 * Whole IMAP logins a second through a proxy with a director, to two backends, plaintext on both legs. The backends are
 * real Dovecots; the same two serve both contenders. They need far more processor time for a login than a proxy does,
 * so on a small machine this measures them, and the ratio tends to 1.
 */
import { startDovecot } from '../interop/lib/dovecot.ts';
import { startHoming } from '../interop/lib/homing.ts';
import { freePort, freePorts } from '../interop/lib/ports.ts';
import { makeMailDir } from '../interop/lib/server.ts';
import { compare, type Effort, type Result, rateOf } from './result.ts';
import { PASSWORD, passwdFile } from './users.ts';

const USERS = 1000;
const PARALLEL = 20;
const BACKENDS = ['127.0.0.11', '127.0.0.12'] as const;

const imapListener = (address: string, port: number): string => `
protocols = imap
service imap-login {
  service_count = 0
  inet_listener imap {
    address = ${address}
    port = ${port}
  }
}
`;

const backend = (address: string, port: number) => ({
  config: (dir: string) => `${imapListener(address, port)}
service imap {
  service_count = 1000
  process_min_avail = 2
}
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=10000 gid=10000 home=${dir}/mail/%u
}
mail_location = maildir:~/Maildir
`,
  prepare: makeMailDir,
});

const proxy = (port: number, backendPort: number) => ({
  config: (dir: string) => `${imapListener('127.0.0.1', port)}
director_mail_servers = ${BACKENDS.join(' ')}
passdb {
  driver = passwd-file
  args = username_format=%u ${dir}/users
}
service imap-login {
  executable = imap-login director
}
service director {
  unix_listener login/director {
    mode = 0666
  }
  fifo_listener login/proxy-notify {
    mode = 0666
  }
}
`,
  files: { users: passwdFile(USERS, `proxy=y port=${backendPort}`) },
});

export const benchLogin = async ({ seconds, turns }: Effort): Promise<Result[]> => {
  await using stack = new AsyncDisposableStack();
  const backendPort = await freePort(BACKENDS[0]);
  for (const address of BACKENDS) stack.use(await startDovecot(backend(address, backendPort)));
  const [dovecotPort = 0, homingPort = 0] = await freePorts(2);
  stack.use(await startDovecot(proxy(dovecotPort, backendPort)));
  stack.use(await startHoming(proxy(homingPort, backendPort)));
  const contenders = [
    { name: 'homing', target: String(homingPort) },
    { name: 'dovecot', target: String(dovecotPort) },
  ] as const;
  const rate = (port: string): Promise<number> => rateOf('login-load', port, PARALLEL, seconds, USERS);
  return [await compare('login-imap', 'logins/s', contenders, turns, rate)];
};
