/** Two backends: real Dovecot, 2.3 or 2.4, where it is installed, else stand-ins. Both tell who logged in where. */
import { startDovecot } from '../../../packages/homing/interop/lib/dovecot.ts';
import { makeMailDir, type Server, type ServerOptions } from '../../../packages/homing/interop/lib/server.ts';
import { backendConfig, backendConfig24 } from './backend-config.ts';
import { startDovecot24 } from './dovecot-2-4.ts';
import { installedSeries } from './installed.ts';
import type { Places } from './places.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

export type Backends = {
  readonly kind: 'dovecot' | 'stand-in';
  /** Addresses of the backends that this user has logged in to, once a login. */
  readonly loginsOf: (user: string) => readonly string[];
} & AsyncDisposable;

export const startBackends = (places: Places): Promise<Backends> => {
  switch (installedSeries()) {
    case '2.3':
      return dovecots(places, startDovecot, backendConfig);
    case '2.4':
      return dovecots(places, startDovecot24, backendConfig24);
    case undefined:
      return standIns(places);
  }
};

const dovecots = async (
  places: Places,
  start: (options: ServerOptions) => Promise<Server>,
  config: typeof backendConfig,
): Promise<Backends> => {
  const started: { address: string; dovecot: Server }[] = [];
  const stop = async (): Promise<void> => {
    for (const { dovecot } of started) await dovecot[Symbol.asyncDispose]();
  };
  try {
    for (const address of places.backends) {
      const dovecot = await start({ prepare: makeMailDir, config: (dir) => config(dir, address, places) });
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
        [...dovecot.log().matchAll(/-login: Info: Log(?:in|ged in): user=<([^>]*)>/g)]
          .filter(([, name]) => name === user)
          .map(() => address),
      ),
    [Symbol.asyncDispose]: stop,
  };
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
