/** Two backends: real Dovecot where it is installed, else stand-ins. Both tell who logged in where. */
import { type Dovecot, dovecotMissing, startDovecot } from '../../../packages/homing/interop/lib/dovecot.ts';
import { makeMailDir } from '../../../packages/homing/interop/lib/server.ts';
import type { Places } from './places.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

export type Backends = {
  readonly kind: 'dovecot' | 'stand-in';
  /** Addresses of the backends that this user has logged in to, once a login. */
  readonly loginsOf: (user: string) => readonly string[];
} & AsyncDisposable;

export const startBackends = (places: Places): Promise<Backends> =>
  dovecotMissing() === undefined ? dovecots(places) : standIns(places);

const dovecots = async (places: Places): Promise<Backends> => {
  const started: { address: string; dovecot: Dovecot }[] = [];
  const stop = async (): Promise<void> => {
    for (const { dovecot } of started) await dovecot[Symbol.asyncDispose]();
  };
  try {
    for (const address of places.backends) {
      const dovecot = await startDovecot({
        prepare: makeMailDir,
        config: (dir) => backendConfig(dir, address, places),
      });
      started.push({ address, dovecot });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    kind: 'dovecot',
    loginsOf: (user) =>
      started.flatMap(({ address, dovecot }) =>
        [...dovecot.log().matchAll(/-login: Info: Login: user=<([^>]*)>/g)]
          .filter(([, name]) => name === user)
          .map(() => address),
      ),
    [Symbol.asyncDispose]: stop,
  };
};

/** The proxy has checked the password already, and nobody else can reach a loopback address. */
const backendConfig = (dir: string, address: string, places: Places): string => `
listen = ${address}
protocols = imap pop3
login_greeting = Backend ${address} ready.
login_trusted_networks = 127.0.0.0/8
passdb {
  driver = static
  args = nopassword=y allow_nets=127.0.0.0/8
}
userdb {
  driver = static
  args = uid=${ownerOf('uid')} gid=${ownerOf('gid')} home=${dir}/mail/%u
}
mail_location = maildir:~/Maildir
service imap-login {
  inet_listener imap {
    port = ${places.backendImap}
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${places.backendPop3}
  }
  inet_listener pop3s {
    port = 0
  }
}
`;

/** Mail belongs to nobody in particular; Dovecot refuses root. */
const ownerOf = (id: 'uid' | 'gid'): number => {
  const own = id === 'uid' ? process.getuid?.() : process.getgid?.();
  return own === undefined || own === 0 ? 65_534 : own;
};

const standIns = async (places: Places): Promise<Backends> => {
  const logins: { user: string; address: string }[] = [];
  const ports = { imap: places.backendImap, pop3: places.backendPop3 };
  const started: StandIn[] = [];
  for (const address of places.backends) {
    started.push(await startStandIn(address, ports, (user) => logins.push({ user, address })));
  }
  return {
    kind: 'stand-in',
    loginsOf: (user) => logins.filter((login) => login.user === user).map(({ address }) => address),
    [Symbol.asyncDispose]: () => {
      for (const standIn of started) standIn.close();
      return Promise.resolve();
    },
  };
};
