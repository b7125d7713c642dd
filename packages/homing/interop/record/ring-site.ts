/**
 * A director at 127.1.1.1 that knows of four others. Of those, 127.1.1.4 listens, and is its preferred right; the
 * others only connect. 127.1.1.3 listens too, but is not in its list.
 */
import { startDovecot } from '../lib/dovecot.ts';
import { openLineClient } from '../lib/line-client.ts';
import { freePort } from '../lib/ports.ts';
import { until } from '../lib/until.ts';
import type { Peer } from './recording.ts';
import { peerOf } from './recording.ts';
import { listenAsPeers, type RingPeers } from './ring-peer.ts';

export type RingSite = Peer & {
  readonly since: number;
  readonly port: number;
  readonly peers: RingPeers;
  socket(name: string): string;
  /** Stops the director. */
  stop(): void;
};

const SELF = '127.1.1.1';
const LISTED = [SELF, '127.1.1.4', '127.1.1.5', '127.1.1.7', '127.1.1.9'];
const LISTENING = ['127.1.1.3', '127.1.1.4'];

/** The port that Dovecot's example configuration has. */
export const SHOWN_PORT = 9090;

export const HOSTS = '127.0.0.11 127.0.0.12 127.0.0.13@tagA 127.0.0.14@tagA';

const config = (port: number, hosts: string) => (dir: string) =>
  `
protocols =
director_servers = ${LISTED.map((ip) => `${ip}:${port}`).join(' ')}
director_mail_servers = ${hosts}
director_user_kick_delay = 1s
passdb {
  driver = passwd-file
  args = ${dir}/users
}
service director {
  inet_listener {
    address = ${SELF}
    port = ${port}
  }
  unix_listener login/director {
    mode = 0666
  }
}
service ipc {
  unix_listener ipc {
    user = dovecot
  }
}
`;

const USERS = 'alice:{PLAIN}pw::::::proxy=y\n';

/** `name`: the folder below `site/` for its configuration. */
export const startRingSite = async (name: string, hosts: string): Promise<RingSite> => {
  await using stack = new AsyncDisposableStack();
  const since = Math.floor(Date.now() / 1000);
  const port = await freePort(SELF);
  const peers = stack.use(await listenAsPeers(SELF, LISTENING, port));
  const dovecot = stack.use(await startDovecot({ config: config(port, hosts), files: { users: USERS } }));
  const peer = peerOf(dovecot, () => ({ host: SELF, port }), [[port, SHOWN_PORT]]);
  await wake(dovecot.socket('director-admin'));
  const running = stack.move();
  return {
    ...peer,
    since,
    port,
    peers,
    files: Object.fromEntries(Object.entries(peer.files).map(([file, text]) => [`${name}${file}`, text])),
    socket: (path) => dovecot.socket(path),
    stop: () => dovecot.signal('SIGTERM'),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

/** The master starts the director when somebody wants something of it. */
const wake = async (admin: string): Promise<void> => {
  using client = await until('the admin socket', 5000, () => openLineClient(admin).catch(() => undefined));
  await client.line();
};
