/** Backends on one port of several loopback addresses, of Dovecot 2.4 and 2.3. Everybody may log in. */
import { type Dovecot, dovecotMissing, startDovecot } from './dovecot.ts';
import { startDovecot24 } from './dovecot24.ts';
import { freePorts } from './ports.ts';
import { makeMailDir } from './server.ts';

export type Backends24 = {
  readonly imap: number;
  readonly doveadm: number;
  /** By address. */
  readonly servers: ReadonlyMap<string, Dovecot>;
} & AsyncDisposable;

export const BACKEND_DOVEADM_PASSWORD = 'shared secret';

const listeners = (address: string, imap: number, doveadm: number): string => `
protocols = imap
listen = ${address}
login_greeting = ${address}
login_trusted_networks = 127.0.0.0/8
doveadm_password = ${BACKEND_DOVEADM_PASSWORD}
service imap-login {
  inet_listener imap {
    port = ${imap}
  }
}
service doveadm {
  inet_listener doveadm {
    port = ${doveadm}
  }
}
`;

/** Everybody may log in; the mail is below `dir/mail`. */
export const openToAll24 = (dir: string): string => `
mail_driver = maildir
mail_path = ${dir}/mail/%{user}
passdb static {
  fields {
    nopassword = yes
  }
}
userdb static {
  fields {
    uid = mail
    gid = mail
    home = ${dir}/mail/%{user}
  }
}
`;

const config23 = (dir: string): string => `
mail_location = maildir:${dir}/mail/%u
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${dir}/mail/%u
}
`;

/** The last is a Dovecot 2.3 where there is one. */
export const startBackends24 = async (addresses: readonly string[]): Promise<Backends24> => {
  await using stack = new AsyncDisposableStack();
  const [imap = 0, doveadm = 0] = await freePorts(2, addresses[0]);
  const servers = new Map<string, Dovecot>();
  for (const address of addresses) {
    const isOld = address === addresses.at(-1) && dovecotMissing() === undefined;
    const [start, config] = isOld ? [startDovecot, config23] : [startDovecot24, openToAll24];
    const server = await start({
      config: (dir) => `${listeners(address, imap, doveadm)}${config(dir)}`,
      prepare: makeMailDir,
    });
    servers.set(address, stack.use(server));
  }
  const running = stack.move();
  return { imap, doveadm, servers, [Symbol.asyncDispose]: () => running.disposeAsync() };
};
