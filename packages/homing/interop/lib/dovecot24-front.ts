/**
 * Dovecot 2.4's login services, lmtp and doveadm beside Homing, wired as the manual tells an operator: login processes
 * ask `login/sidecar/login`, lmtp and doveadm ask `sidecar/userdb`, all in Dovecot's base_dir. Homing's core runs as a
 * user who is neither root nor one of Dovecot's.
 */
import type { Dovecot } from './dovecot.ts';
import { BUSY_24, startDovecot24 } from './dovecot24.ts';
import { type MailPorts, type MailProtocol, mailListeners, mailPorts, PROTOCOLS } from './five-protocols.ts';
import { type Homing, startHoming } from './homing.ts';
import type { Endpoint } from './mail-login.ts';
import { DOVEADM_PASSWORD, MAIL_PASSWORD, MIXED_BACKENDS, type MixedBackends } from './mixed-backends.ts';
import { freePorts } from './ports.ts';
import type { Server } from './server.ts';
import { besideDovecot24, sidecarLogin, sidecarUserdb } from './sidecar.ts';

export const FRONT_HOST = '127.0.24.1';

/** Of its own passdb, if it has one, and of each login service. */
type FrontSettings = { readonly auth: string; readonly logins: string };

/** `ports`: its own; `backends`: those behind it. */
const frontConfig = (ports: MailPorts, backends: MailPorts, { auth, logins }: FrontSettings): string => `
protocols = imap pop3 lmtp submission sieve
listen = ${FRONT_HOST}
login_socket_path = sidecar/login
login_proxy_notify_path = sidecar/proxy-notify
protocol lmtp {
  auth_socket_path = sidecar/userdb
}
protocol doveadm {
  auth_socket_path = sidecar/userdb
}
lmtp_proxy = yes
doveadm_port = ${backends.doveadm}
doveadm_password = ${DOVEADM_PASSWORD}
${mailListeners(ports, logins)}
${auth}`;

const EVERY_SERVICE = [...PROTOCOLS, 'doveadm'] as const satisfies readonly (MailProtocol | 'doveadm')[];

/** 2.4's own auth: everybody is proxied, to a port for each protocol; the two listeners that Homing asks; no penalties. */
const auth24 = (backends: MailPorts): string => `
passdb static {
  password = ${MAIL_PASSWORD}
  fields {
    proxy = yes
  }
}
${EVERY_SERVICE.map(
  (protocol) => `protocol ${protocol} {
  passdb static {
    fields {
      port = ${backends[protocol]}
    }
  }
}
`,
).join('')}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
${sidecarLogin}
${sidecarUserdb}
}
`;

/** Homing asks that auth. */
const asksAuth24 = (front: Server): string => `
homing_auth_login_socket = ${front.socket('sidecar-login')}
homing_auth_userdb_socket = ${front.socket('sidecar-userdb')}
`;

/** Homing's own auth server, which says the same. A protocol's own passdb is asked before the one of all. */
const ownAuth = (backends: MailPorts): string => {
  const passdb = (port: string): string => `passdb {
  driver = static
  args = password=${MAIL_PASSWORD} proxy=y${port}
}
`;
  const protocols = EVERY_SERVICE.map((name) => `protocol ${name} {\n${passdb(` port=${backends[name]}`)}}\n`);
  return [passdb(''), ...protocols].join('');
};

/** `auth`: `asksAuth24` or `ownAuth`. */
const sidecarConfig = (front: Server, auth: string): string => `
protocols =
director_mail_servers = ${MIXED_BACKENDS.join(' ')}
${auth}
${besideDovecot24(front)}
service director {
  unix_listener ${front.socket('sidecar/userdb')} {
    mode = 0600
  }
}
`;

export type Sidecar = {
  readonly front: Dovecot;
  readonly homing: Homing;
  /** Where clients of a protocol connect. */
  at(protocol: MailProtocol): Endpoint;
} & AsyncDisposable;

export type SidecarOptions = {
  /** Whose passdb: Dovecot 2.4's own, or Homing's, with Dovecot having none. */
  readonly passwords: 'dovecot' | 'homing';
  /** Login processes for one client each, as they come, or for many. */
  readonly logins: 'stock' | 'busy';
};

export const startSidecar = async (
  backends: MixedBackends,
  { passwords, logins }: SidecarOptions,
): Promise<Sidecar> => {
  await using stack = new AsyncDisposableStack();
  const ports = mailPorts(await freePorts(6, FRONT_HOST));
  const settings: FrontSettings = {
    auth: passwords === 'dovecot' ? auth24(backends.ports) : '',
    logins: logins === 'busy' ? BUSY_24 : '',
  };
  const front = stack.use(await startDovecot24({ config: () => frontConfig(ports, backends.ports, settings) }));
  const asked = passwords === 'dovecot' ? asksAuth24(front) : ownAuth(backends.ports);
  const homing = stack.use(await startHoming({ config: () => sidecarConfig(front, asked) }));
  const running = stack.move();
  return {
    front,
    homing,
    at: (protocol) => ({ host: FRONT_HOST, port: ports[protocol] }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};
