/**
 * Two backends on the same ports of two loopback addresses, a Dovecot 2.4 and a 2.3, with TLS, that trust the machine,
 * and whose users are in a file: who may log in, who may not, and whom they send elsewhere.
 */
import { makeCertificate } from './certificate.ts';
import { type Dovecot, startDovecot } from './dovecot.ts';
import { startDovecot24 } from './dovecot24.ts';
import { mailboxes23, mailboxes24 } from './mailboxes.ts';
import { freePorts } from './ports.ts';
import { makeMailDir } from './server.ts';

export const AT_24 = '127.0.27.11';
export const AT_23 = '127.0.27.12';

export const PROTOCOLS = ['imap', 'pop3'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export const USER_PASSWORD = 'p1geon';
export const MASTER_PASSWORD = 'c0te';

export type BackendPorts = Readonly<Record<Protocol | `${Protocol}s`, number>>;

/** Lines of passwd-file, in which both series agree. */
export type UserLines = (ports: BackendPorts) => readonly string[];

export type MovingBackends = {
  readonly ports: BackendPorts;
  readonly dovecot24: Dovecot;
  readonly dovecot23: Dovecot;
} & AsyncDisposable;

/** `fields` as in a passdb's reply. */
export const userLine = (user: string, fields = ''): string => `${user}:{PLAIN}${USER_PASSWORD}::::::${fields}`;

const listeners = (ports: BackendPorts): string =>
  PROTOCOLS.map(
    (protocol) => `service ${protocol}-login {
  inet_listener ${protocol} {
    port = ${ports[protocol]}
  }
  inet_listener ${protocol}s {
    port = ${ports[`${protocol}s`]}
    ssl = yes
  }
}
`,
  ).join('');

const common = (address: string, ports: BackendPorts): string => `
protocols = imap pop3
listen = ${address}
ssl = yes
login_trusted_networks = 127.0.0.0/8
auth_mechanisms = plain login
auth_verbose = yes
mail_max_userip_connections = 0
${listeners(ports)}`;

const config24 =
  (ports: BackendPorts) =>
  (dir: string): string =>
    `${common(AT_24, ports)}
ssl_server_cert_file = ${dir}/tls.pem
ssl_server_key_file = ${dir}/tls.key
auth_failure_delay = 0 secs
login_log_format_elements = user=<%{user}> rip=%{remote_ip} lip=%{local_ip} %{secured} session=<%{session}> who=<%{passdb:forward_who}>
passdb passwd-file {
  passwd_file_path = ${dir}/users
}
passdb static {
  master = yes
  password = ${MASTER_PASSWORD}
}
${mailboxes24(dir)}
`;

const config23 =
  (ports: BackendPorts) =>
  (dir: string): string =>
    `${common(AT_23, ports)}
ssl_cert = <${dir}/tls.pem
ssl_key = <${dir}/tls.key
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
passdb {
  driver = passwd-file
  args = ${dir}/users
}
passdb {
  driver = static
  master = yes
  args = password=${MASTER_PASSWORD}
}
${mailboxes23(dir)}
`;

const prepare =
  (address: string) =>
  async (dir: string): Promise<void> => {
    await makeMailDir(dir);
    await makeCertificate(dir, 'tls', [address]);
  };

/** What each knows of users. */
export const startMovingBackends = async (
  users: Readonly<Record<'at24' | 'at23', UserLines>>,
): Promise<MovingBackends> => {
  await using stack = new AsyncDisposableStack();
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0] = await freePorts(4, AT_24);
  const ports = { imap, imaps, pop3, pop3s };
  const file = (lines: UserLines) => ({ users: `${lines(ports).join('\n')}\n` });
  const dovecot24 = stack.use(
    await startDovecot24({ config: config24(ports), files: file(users.at24), prepare: prepare(AT_24) }),
  );
  const dovecot23 = stack.use(
    await startDovecot({ config: config23(ports), files: file(users.at23), prepare: prepare(AT_23) }),
  );
  const running = stack.move();
  return { ports, dovecot24, dovecot23, [Symbol.asyncDispose]: () => running.disposeAsync() };
};
