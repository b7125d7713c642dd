/** The auth server of 2.4 behind its fixtures: the users of 2.3's site, those that a login process may be sent anywhere. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dovecot } from '../lib/dovecot.ts';
import { startDovecot24 } from '../lib/dovecot24.ts';
import { type MailPorts, mailListeners, mailPorts } from '../lib/five-protocols.ts';
import { freePorts } from '../lib/ports.ts';
import { startUnixTap, type UnixTap } from '../lib/tap.ts';
import { USERS } from './auth-site.ts';
import { type Peer, peerOf } from './recording.ts';

/** Proxied to where nobody listens, so that the dialogue with the auth server is all there is. */
const MORE_USERS = 'pinned:{PLAIN}secret::::::proxy=y host=127.0.0.11 port=9 proxy_timeout=1\n';

const config = (dir: string): string => `
auth_mechanisms = plain login
auth_verbose = yes
auth_failure_delay = 0
auth_master_user_separator = *
passdb masters {
  driver = passwd-file
  master = yes
  passwd_file_path = ${dir}/masters
}
passdb deny {
  driver = passwd-file
  deny = yes
  passwd_file_path = ${dir}/deny
}
passdb users {
  driver = passwd-file
  default_password_scheme = PLAIN
  passwd_file_path = ${dir}/users
}
userdb users {
  driver = passwd-file
  passwd_file_path = ${dir}/users
}
service auth {
  unix_listener auth-client {
    mode = 0666
  }
  unix_listener legacy {
    type = auth-legacy
    mode = 0666
  }
  unix_listener auth-master {
    mode = 0600
  }
  unix_listener auth-userdb {
    mode = 0600
  }
}
`;

const FILES = { masters: 'admin:{PLAIN}topsecret\n', deny: 'denied\n', users: USERS + MORE_USERS };

export const startAuthSite24 = (): Promise<Dovecot> =>
  startDovecot24({ config: (dir) => `protocols =${config(dir)}`, files: FILES });

/** Login services, lmtp and mail processes that reach their auth server through taps. */
export type TappedSite = Peer & {
  readonly listening: MailPorts;
  readonly taps: { readonly login: UnixTap; readonly userdb: UnixTap; readonly master: UnixTap };
  readonly doveadm: (...args: string[]) => ReturnType<Dovecot['doveadm']>;
};

export const HOST = '127.0.0.1';

const tappedConfig = (ports: MailPorts): string => `
protocols = imap pop3 lmtp submission sieve
listen = ${HOST}
submission_relay_host = ${HOST}
login_socket_path = sidecar/login
auth_socket_path = sidecar/userdb
lmtp_proxy = yes
mail_driver = maildir
mail_path = ~/Maildir
service imap {
  executable = imap -a sidecar/master
}
${mailListeners(ports, '')}`;

export const startTappedSite = async (): Promise<TappedSite> => {
  await using stack = new AsyncDisposableStack();
  const ports = mailPorts(await freePorts(6));
  const dovecot = stack.use(await startDovecot24({ config: (dir) => tappedConfig(ports) + config(dir), files: FILES }));
  for (const folder of ['login/sidecar', 'sidecar']) await mkdir(join(dovecot.baseDir, folder), { recursive: true });
  const tap = async (path: string, upstream: string): Promise<UnixTap> =>
    stack.use(await startUnixTap(dovecot.socket(path), dovecot.socket(upstream)));
  const taps = {
    login: await tap('login/sidecar/login', 'login/login'),
    userdb: await tap('sidecar/userdb', 'auth-userdb'),
    master: await tap('sidecar/master', 'auth-master'),
  };
  const peer = peerOf(dovecot, (site) => site.socket('login/login'), [
    [ports.imap, 143],
    [ports.pop3, 110],
    [ports.submission, 587],
    [ports.sieve, 4190],
    [ports.lmtp, 24],
    [ports.doveadm, 24_245],
  ]);
  const running = stack.move();
  return {
    ...peer,
    files: Object.fromEntries(Object.entries(peer.files).map(([name, text]) => [`login/${name}`, text])),
    listening: ports,
    taps,
    doveadm: (...args) => dovecot.doveadm(...args),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};
