/** Our whole server in front of real backends: login proxies, director and auth server, TLS on both legs. */
import { join } from 'node:path';
import { makeCertificate } from './certificate.ts';
import { type Homing, startHoming } from './homing.ts';
import { freePorts } from './ports.ts';
import { BACKENDS, type Backends, createUsers, sqlPassdb, startBackends, tls, userDatabase } from './site.ts';

export type ProxyPorts = {
  readonly imap: number;
  readonly imaps: number;
  readonly pop3: number;
  readonly pop3s: number;
};

export type HomingSite = {
  readonly backends: Backends;
  readonly homing: Homing;
  readonly host: string;
  readonly ports: ProxyPorts;
  /** The certificate a client has to trust. */
  readonly ca: string;
} & AsyncDisposable;

const HOST = '127.0.0.1';
/** Listened on as well; a client that comes from `HOST` does not count as secured there. */
export const INSECURE_HOST = '127.0.0.2';

export const proxyConfig =
  (ports: ProxyPorts, workers: number) =>
  (dir: string): string =>
    `
protocols = imap pop3
listen = ${HOST} ${INSECURE_HOST}
${tls(dir)}
homing_login_workers = ${workers}
director_mail_servers = ${BACKENDS.join(' ')}
${sqlPassdb(dir)}
service imap-login {
  executable = imap-login director
  inet_listener imap {
    port = ${ports.imap}
  }
  inet_listener imaps {
    port = ${ports.imaps}
    ssl = yes
  }
}
service pop3-login {
  executable = pop3-login director
  inet_listener pop3 {
    port = ${ports.pop3}
  }
  inet_listener pop3s {
    port = ${ports.pop3s}
    ssl = yes
  }
}
service director {
  unix_listener login/director {
    mode = 0666
  }
  fifo_listener login/proxy-notify {
    mode = 0666
  }
  unix_listener director-userdb {
    mode = 0600
  }
}
`;

export type HomingSiteOptions = {
  readonly users: readonly string[];
  readonly workers?: number;
  /** As `userDatabase` has it. */
  readonly destuser?: string;
  /** More settings. */
  readonly settings?: string;
};

export const startHomingSite = async (options: HomingSiteOptions): Promise<HomingSite> => {
  await using stack = new AsyncDisposableStack();
  const backends = stack.use(await startBackends());
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0] = await freePorts(4, HOST);
  const ports = { imap, imaps, pop3, pop3s };
  const homing = stack.use(
    await startHoming({
      config: (dir) => `${proxyConfig(ports, options.workers ?? 2)(dir)}\n${options.settings ?? ''}\n`,
      files: userDatabase(backends.ports, 'starttls', options.destuser),
      prepare: async (dir) => {
        await makeCertificate(dir, 'tls', [HOST]);
        await createUsers(dir, options.users);
      },
    }),
  );
  const running = stack.move();
  return {
    backends,
    homing,
    host: HOST,
    ports,
    ca: join(homing.dir, 'tls.pem'),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};
