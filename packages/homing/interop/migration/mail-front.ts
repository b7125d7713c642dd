/**
 * A host of the site before and after its migration: Dovecot 2.3 with its director, then Dovecot 2.4 with Homing beside
 * it. Both have the same address and are a member of the same ring.
 */
import { join } from 'node:path';
import type { Dovecot } from '../lib/dovecot.ts';
import { BUSY_24, startDovecot24 } from '../lib/dovecot24.ts';
import { besideDovecot24, SIDECAR, sidecarLogin } from '../lib/sidecar.ts';
import { createMember, type Member } from '../ring/member.ts';
import { RING_PORT } from '../ring/ring.ts';

export type Site = {
  /** For the directors' state. */
  readonly dir: string;
  /** Of the fronts. */
  readonly addresses: readonly string[];
  readonly mailHosts: readonly string[];
  readonly imapPort: number;
  readonly backendPort: number;
};

const director = ({ addresses, mailHosts }: Site, address: string): string => `
listen = ${address}
director_servers = ${addresses.map((other) => `${other}:${RING_PORT}`).join(' ')}
director_mail_servers = ${mailHosts.join(' ')}
service director {
  inet_listener director-ring {
    address = ${address}
    port = ${RING_PORT}
  }
}
`;

const listener = ({ imapPort }: Site): string => `
  inet_listener imap {
    port = ${imapPort}
  }
  inet_listener imaps {
    port = 0
  }
`;

export const oldFront = (site: Site, address: string): Member =>
  createMember({
    kind: 'dovecot',
    place: { address, enter: [] },
    stateDir: join(site.dir, `${address}-old`),
    mayCrash: false,
    config: `
${director(site, address)}
protocols = imap
service imap-login {
  executable = imap-login director
${listener(site)}
}
service director {
  unix_listener login/director {
    mode = 0666
  }
  fifo_listener login/proxy-notify {
    mode = 0666
  }
}
passdb {
  driver = static
  args = proxy=y nopassword=y port=${site.backendPort}
}
`,
  });

/** Dovecot 2.4 alone: its logins wait for Homing. */
const loginServices = (site: Site, address: string): Promise<Dovecot> =>
  startDovecot24({
    config: () => `
listen = ${address}
protocols = imap
login_socket_path = sidecar/login
login_proxy_notify_path = sidecar/proxy-notify
service imap-login {
${BUSY_24}${listener(site)}
}
passdb static {
  fields {
    nopassword = yes
    proxy = yes
    port = ${site.backendPort}
  }
}
service auth {
${sidecarLogin}
}
service anvil {
  unix_listener anvil {
    mode = 0660
    group = ${SIDECAR}
  }
}
`,
  });

export type NewFront = { readonly dovecot: Dovecot; readonly homing: Member } & AsyncDisposable;

export const startNewFront = async (site: Site, address: string): Promise<NewFront> => {
  await using stack = new AsyncDisposableStack();
  const dovecot = stack.use(await loginServices(site, address));
  const homing = stack.use(
    createMember({
      kind: 'homing',
      place: { address, enter: [] },
      stateDir: join(site.dir, `${address}-new`),
      mayCrash: false,
      config: `
protocols =
${director(site, address)}
homing_auth_login_socket = ${dovecot.socket('sidecar-login')}
homing_anvil_socket = ${dovecot.socket('anvil')}
${besideDovecot24(dovecot)}
`,
    }),
  );
  await homing.start();
  const running = stack.move();
  return { dovecot, homing, [Symbol.asyncDispose]: () => running.disposeAsync() };
};
