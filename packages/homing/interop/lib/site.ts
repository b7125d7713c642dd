/**
 * What a mail site has beside its proxies: two real backends that listen on the same ports of two loopback addresses, and
 * one SQLite database of users, each proxied without a host, so that a director chooses.
 */
import { join } from 'node:path';
import { makeCertificate } from './certificate.ts';
import { type Dovecot, startDovecot } from './dovecot.ts';
import { mailboxes23 } from './mailboxes.ts';
import { freePorts } from './ports.ts';
import { run } from './process.ts';
import { makeMailDir } from './server.ts';
import { until } from './until.ts';

export const BACKENDS = ['127.0.0.11', '127.0.0.12'] as const;
export const PASSWORD = 'p4ss:w%rd';

export type BackendPorts = { readonly imap: number; readonly pop3: number; readonly lmtp: number };

export type Backends = {
  readonly ports: BackendPorts;
  readonly servers: ReadonlyMap<string, Dovecot>;
  /** Waits until so many logins of a protocol have reached the backends; the backend addresses by user, in order. */
  landed(protocol: 'imap' | 'pop3', count: number): Promise<Map<string, string[]>>;
} & AsyncDisposable;

export const userName = (n: number): string => `user${String(n).padStart(4, '0')}@example.com`;
export const userNames = (count: number): string[] => Array.from({ length: count }, (_, n) => userName(n));

export const tls = (dir: string): string => `
ssl = yes
ssl_cert = <${dir}/tls.pem
ssl_key = <${dir}/tls.key
`;

const backendConfig =
  (address: string, ports: BackendPorts) =>
  (dir: string): string =>
    `
protocols = imap pop3 lmtp
listen = ${address}
${tls(dir)}
login_trusted_networks = 127.0.0.0/8
service imap-login {
  inet_listener imap {
    port = ${ports.imap}
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${ports.pop3}
  }
  inet_listener pop3s {
    port = 0
  }
}
service imap {
  service_count = 1000
}
service pop3 {
  service_count = 1000
}
service lmtp {
  inet_listener lmtp {
    port = ${ports.lmtp}
  }
}
mail_max_userip_connections = 0
imap_id_send = name ${address}
postmaster_address = postmaster@example.com
passdb {
  driver = static
  args = password=${PASSWORD.replaceAll('%', '%%')}
}
${mailboxes23(dir)}
`;

export const startBackends = async (): Promise<Backends> => {
  await using stack = new AsyncDisposableStack();
  const [imap = 0, pop3 = 0, lmtp = 0] = await freePorts(3, BACKENDS[0]);
  const ports = { imap, pop3, lmtp };
  const servers = new Map<string, Dovecot>();
  for (const address of BACKENDS) {
    const prepare = async (dir: string): Promise<void> => {
      await makeMailDir(dir);
      await makeCertificate(dir, 'tls', [address]);
    };
    servers.set(address, stack.use(await startDovecot({ config: backendConfig(address, ports), prepare })));
  }
  const running = stack.move();
  return {
    ports,
    servers,
    landed: (protocol, count) => waitForLogins(servers, protocol, count),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

const waitForLogins = (
  servers: ReadonlyMap<string, Dovecot>,
  protocol: 'imap' | 'pop3',
  count: number,
): Promise<Map<string, string[]>> => {
  const login = new RegExp(`^${protocol}-login: Info: Login: user=<([^>]+)>`, 'gm');
  return until(`${count} ${protocol} logins at the backends`, 30_000, () => {
    const byUser = new Map<string, string[]>();
    let seen = 0;
    for (const [address, server] of servers) {
      for (const [, user = ''] of server.log().matchAll(login)) {
        byUser.set(user, [...(byUser.get(user) ?? []), address]);
        seen++;
      }
    }
    return seen >= count && byUser;
  });
};

/**
 * The database and the passdb that reads it; ports differ by protocol, the way to do TLS (if any) by `tlsField`.
 * `destuser`: the name at the backend, an SQL expression.
 */
export const userDatabase = (ports: BackendPorts, tlsField?: 'starttls', destuser?: string) => ({
  'sql.conf.ext': (dir: string): string =>
    [
      'driver = sqlite',
      `connect = ${dir}/users.db`,
      "password_query = SELECT user, password, 'y' AS proxy, \\",
      `  CASE '%s' WHEN 'pop3' THEN ${ports.pop3} WHEN 'lmtp' THEN ${ports.lmtp} ELSE ${ports.imap} END AS port \\`,
      ...(tlsField === undefined ? [] : [`  , CASE '%s' WHEN 'lmtp' THEN NULL ELSE 'any-cert' END AS ${tlsField} \\`]),
      ...(destuser === undefined ? [] : [`  , ${destuser} AS destuser \\`]),
      "  FROM users WHERE user = '%Lu'",
      '',
    ].join('\n'),
});

export const createUsers = async (dir: string, users: readonly string[]): Promise<void> => {
  const rows = users.map((user) => `INSERT INTO users VALUES ('${user}', '{PLAIN}${PASSWORD}');`);
  const sql = ['BEGIN;', 'CREATE TABLE users (user TEXT PRIMARY KEY, password TEXT);', ...rows, 'COMMIT;'].join('\n');
  const made = await run('sqlite3', [join(dir, 'users.db')], { input: sql });
  if (made.code !== 0) throw new Error(`sqlite3: ${made.stderr}`);
  await run('chmod', ['644', join(dir, 'users.db')]);
};

export const sqlPassdb = (dir: string): string => `
passdb {
  driver = sql
  args = ${dir}/sql.conf.ext
}
`;
