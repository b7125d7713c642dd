/** A Dovecot 2.4 that proxies to a stand-in backend, for recording what its anvil and its login processes take. */
import { BUSY_24, startDovecot24 } from '../lib/dovecot24.ts';
import { startImapStandIn } from '../lib/imap-stand-in.ts';
import { openLineClient } from '../lib/line-client.ts';
import { freePort } from '../lib/ports.ts';
import { until } from '../lib/until.ts';
import { type Peer, peerOf } from './recording.ts';

export type ProxySession = { readonly pid: number; readonly user: string; readonly guid: string };

export type Proxies = Peer & {
  /** A session of this user, held until the site ends. */
  login(user: string): Promise<ProxySession>;
};

const BACKEND = '127.0.0.11';

/** `one` client a process is the default of 2.4. */
const config =
  (port: number, backend: number, clients: 'one' | 'many') =>
  (dir: string): string =>
    `
protocols = imap
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
${clients === 'many' ? BUSY_24 : ''}}
passdb passwd-file {
  passwd_file_path = ${dir}/users
  fields {
    proxy = yes
    host = ${BACKEND}
    port = ${backend}
  }
}
`;

const USERS = `alice:{PLAIN}pw::::::user_group=staff
bob:{PLAIN}pw::::::destuser=robert
`;

export const startProxies = async (clients: 'one' | 'many'): Promise<Proxies> => {
  await using stack = new AsyncDisposableStack();
  const [port, backend] = [await freePort(), await freePort(BACKEND)];
  stack.use(await startImapStandIn([BACKEND], backend));
  const dovecot = stack.use(await startDovecot24({ config: config(port, backend, clients), files: { users: USERS } }));
  const anvil = dovecot.socket('anvil');
  const peer = peerOf(dovecot, () => anvil);
  const own = [
    [String(port), '143'],
    [String(backend), '1143'],
  ] as const;
  const shown = Object.entries(peer.files).map(([name, text]) => [
    clients === 'one' ? `one-client/${name}` : name,
    own.reduce((masked, [from, to]) => masked.replaceAll(from, to), text),
  ]);
  const sessions = stack.use(new DisposableStack());
  const login = async (user: string): Promise<ProxySession> => {
    const client = sessions.use(await openLineClient({ host: '127.0.0.1', port }));
    await client.line();
    client.send(`a LOGIN ${user} pw\r\n`);
    await client.linesUntil((line) => line.startsWith('a OK'));
    return until(`${user} in anvil`, 10_000, async () =>
      (await dumpOf(anvil)).find((session) => session.user === user),
    );
  };
  const running = stack.move();
  return {
    ...peer,
    files: Object.fromEntries(shown),
    login,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

const dumpOf = async (anvil: string): Promise<ProxySession[]> => {
  using client = await openLineClient(anvil);
  client.send('VERSION\tanvil-client\t2\t0\n\nCONNECT-DUMP\n');
  await client.line();
  await client.line();
  const rows = await client.linesUntil((line) => line === '');
  return rows.slice(0, -1).map((row) => {
    const [pid, user = '', , , guid = ''] = row.split('\t');
    return { pid: Number(pid), user, guid };
  });
};
