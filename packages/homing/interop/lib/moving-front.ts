/** Homing's own login proxies in front of those backends; who goes where is in a file. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCertificate } from './certificate.ts';
import { type Homing, startHoming } from './homing.ts';
import { AT_23, AT_24, type Protocol, USER_PASSWORD } from './moving-backends.ts';
import { freePorts } from './ports.ts';

export const FRONT = '127.0.27.1';

/** Who comes from there is trusted to speak for its clients. */
export const TRUSTED_HOP = '127.0.27.2';

export type Front = { readonly homing: Homing } & Readonly<Record<Protocol, number>> & AsyncDisposable;

/** What it says to clients when nobody can be proxied for as long as the configuration is as it is. */
export const CONFIGURATION_FAULT: Readonly<Record<Protocol, string>> = {
  imap: 'NO [SERVERBUG] Account is temporarily unavailable.',
  pop3: '-ERR Account is temporarily unavailable.',
};

export type FrontOptions = {
  /** Fields of the passdb's reply by user; everybody is proxied who does not have `nologin`. */
  readonly users: Readonly<Record<string, string>>;
  /** A director chooses between the two backends for those without a host. */
  readonly director?: boolean;
  /** Whose certificates count; undefined: those of one nobody has. */
  readonly ca?: string;
  readonly settings?: string;
};

const DIRECTOR = `
director_mail_servers = ${AT_24} ${AT_23}
service director {
  unix_listener login/director {
    mode = 0666
  }
  fifo_listener login/proxy-notify {
    mode = 0666
  }
}
`;

export const startFront = async (options: FrontOptions): Promise<Front> => {
  const { users, director = false, ca, settings = '' } = options;
  const [imap = 0, pop3 = 0] = await freePorts(2, FRONT);
  const login = (protocol: Protocol, port: number): string => `service ${protocol}-login {
  executable = ${protocol}-login${director ? ' director' : ''}
  inet_listener ${protocol} {
    port = ${port}
  }
  inet_listener ${protocol}s {
    port = 0
  }
}
`;
  const lines = Object.entries(users).map(
    ([user, fields]) =>
      `${user}:{PLAIN}${USER_PASSWORD}::::::${fields.includes('nologin') ? '' : 'proxy=y '}${fields}\n`,
  );
  const homing = await startHoming({
    config: (dir) => `
protocols = imap pop3
listen = ${FRONT}
ssl = no
disable_plaintext_auth = no
auth_verbose = yes
login_trusted_networks = ${TRUSTED_HOP}
ssl_client_ca_file = ${dir}/ca.pem
homing_login_workers = 1
${login('imap', imap)}${login('pop3', pop3)}${director ? DIRECTOR : ''}
passdb {
  driver = passwd-file
  args = ${dir}/users
}
${settings}`,
    files: { users: lines.join('') },
    prepare: async (dir) => {
      const { cert } = await makeCertificate(dir, 'nobody', ['127.0.27.99']);
      await copyFile(ca ?? cert, join(dir, 'ca.pem'));
    },
  });
  return { homing, imap, pop3, [Symbol.asyncDispose]: () => homing[Symbol.asyncDispose]() };
};
