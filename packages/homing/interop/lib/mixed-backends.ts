/**
 * Backends of both series on the same ports of two loopback addresses: the first is a Dovecot 2.4, the second a 2.3, or
 * a 2.4 too where there is no other. Each has a mailbox with its own address as its name.
 */
import { type Dovecot, dovecotMissing, startDovecot } from './dovecot.ts';
import { BUSY_24, startDovecot24 } from './dovecot24.ts';
import { arrivalLine, type MailPorts, type MailProtocol, mailListeners, mailPorts } from './five-protocols.ts';
import { startHoming } from './homing.ts';
import { homes23, homes24, MAILDIR_24, mailboxes23 } from './mailboxes.ts';
import { freePorts } from './ports.ts';
import { makeMailDir, type Server } from './server.ts';
import { type SmtpRelay, startSmtpRelay } from './smtp-relay.ts';
import { until } from './until.ts';

export const BACKEND_24 = '127.0.24.11';
export const BACKEND_23 = '127.0.24.12';
export const MIXED_BACKENDS = [BACKEND_24, BACKEND_23] as const;

export const MAIL_PASSWORD = 'pigeon';
export const DOVEADM_PASSWORD = 'loft';

export type MixedBackends = {
  readonly ports: MailPorts;
  readonly servers: ReadonlyMap<string, Dovecot>;
  /** Waits until so many have arrived by a protocol; the backend addresses by user, in order. */
  landed(protocol: MailProtocol, count: number): Promise<Map<string, string[]>>;
} & AsyncDisposable;

type Site = { readonly ports: MailPorts; readonly relay: SmtpRelay };

const common = (address: string, { ports, relay }: Site, more: string): string => `
protocols = imap pop3 lmtp submission sieve
listen = ${address}
login_trusted_networks = 127.0.0.0/8
mail_max_userip_connections = 0
submission_relay_host = ${relay.host}
submission_relay_port = ${relay.port}
doveadm_password = ${DOVEADM_PASSWORD}
postmaster_address = postmaster@example.com
namespace inbox {
  inbox = yes
  mailbox ${address} {
    auto = create
  }
}
${mailListeners(ports, more)}`;

const config23 =
  (site: Site) =>
  (dir: string): string =>
    `${common(BACKEND_23, site, '  service_count = 0\n')}
service imap {
  service_count = 1000
}
service pop3 {
  service_count = 1000
}
service lmtp {
  service_count = 1000
}
passdb {
  driver = static
  args = password=${MAIL_PASSWORD}
}
${mailboxes23(dir)}
`;

const config24 =
  (address: string, site: Site, auth: Auth24) =>
  (dir: string): string =>
    `${common(address, site, BUSY_24)}
service imap {
  restart_request_count = 1000
}
service pop3 {
  restart_request_count = 1000
}
service lmtp {
  restart_request_count = 1000
}
${MAILDIR_24}
${auth(dir)}`;

type Auth24 = (dir: string) => string;

const ownAuth24: Auth24 = (dir) => `
passdb static {
  password = ${MAIL_PASSWORD}
}
${homes24(dir)}
`;

/**
 * No passdb and no userdb: Homing says who comes in, and hands over to the mail processes. Those of ManageSieve cannot be
 * told another socket than `auth-master`, so Dovecot leaves that one to Homing.
 */
const homingsAuth24: Auth24 = () => `
login_socket_path = sidecar/login
auth_socket_path = sidecar/userdb
service imap {
  executable = imap -a sidecar-master
}
service pop3 {
  executable = pop3 -a sidecar-master
}
service submission {
  executable = submission -a sidecar-master
}
service auth {
  unix_listener auth-master {
    mode = 0
  }
}
`;

const authServerConfig = (backend: Server): string => `
protocols =
passdb {
  driver = static
  args = password=${MAIL_PASSWORD}
}
${homes23(backend.dir)}
service auth {
  unix_listener ${backend.socket('login/sidecar/login')} {
    mode = 0666
  }
  unix_listener ${backend.socket('sidecar/userdb')} {
    mode = 0600
  }
  unix_listener ${backend.socket('sidecar-master')} {
    mode = 0600
  }
  unix_listener ${backend.socket('auth-master')} {
    mode = 0600
  }
}
`;

export type MixedOptions = {
  /** Who is the auth server of the 2.4 one. */
  readonly auth24?: 'dovecot' | 'homing';
};

export const startMixedBackends = async (options: MixedOptions = {}): Promise<MixedBackends> => {
  await using stack = new AsyncDisposableStack();
  const ports = mailPorts(await freePorts(6, BACKEND_24));
  const site = { ports, relay: stack.use(await startSmtpRelay(BACKEND_24)) };
  const auth = options.auth24 === 'homing' ? homingsAuth24 : ownAuth24;
  const new24 = stack.use(await startDovecot24({ config: config24(BACKEND_24, site, auth), prepare: makeMailDir }));
  if (options.auth24 === 'homing') stack.use(await startHoming({ config: () => authServerConfig(new24) }));
  const servers = new Map<string, Dovecot>([[BACKEND_24, new24]]);
  const other =
    dovecotMissing() === undefined
      ? startDovecot({ config: config23(site), prepare: makeMailDir })
      : startDovecot24({ config: config24(BACKEND_23, site, ownAuth24), prepare: makeMailDir });
  servers.set(BACKEND_23, stack.use(await other));
  const running = stack.move();
  return {
    ports,
    servers,
    landed: (protocol, count) => arrivals(servers, protocol, count),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

const arrivals = (
  servers: ReadonlyMap<string, Dovecot>,
  protocol: MailProtocol,
  count: number,
): Promise<Map<string, string[]>> =>
  until(`${count} arrivals by ${protocol} at the backends`, 30_000, () => {
    const byUser = new Map<string, string[]>();
    let seen = 0;
    for (const [address, server] of servers) {
      for (const [, user = ''] of server.log().matchAll(arrivalLine(protocol))) {
        byUser.set(user, [...(byUser.get(user) ?? []), address]);
        seen++;
      }
    }
    return seen >= count && byUser;
  });
