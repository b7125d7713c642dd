/** proxy-notify: what login processes write into the fifo while sessions are open. Nothing ever comes back. */
import { execFile } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { startDovecot } from '../lib/dovecot.ts';
import { openLineClient } from '../lib/line-client.ts';
import { mailboxes23 } from '../lib/mailboxes.ts';
import { freePorts } from '../lib/ports.ts';
import { makeMailDir } from '../lib/server.ts';
import { until } from '../lib/until.ts';
import type { Case, Step } from './dialogue.ts';
import { type Peer, peerOf, type Recording } from './recording.ts';

/** `written`: all that came out of the fifo so far. */
type NotifySite = Peer & { written(): string; readonly port: number };

const USERS = `alice:{PLAIN}pw::::::proxy=y host=127.0.0.1 port=BACKEND pass=pw proxy_refresh=1
ALICE:{PLAIN}pw::::::proxy=y host=127.0.0.1 port=BACKEND pass=pw proxy_refresh=1
dest:{PLAIN}pw::::::proxy=y host=127.0.0.1 port=BACKEND destuser=realdest pass=pw proxy_refresh=1
never:{PLAIN}pw::::::proxy=y host=127.0.0.1 port=BACKEND pass=pw
`;

const proxyConfig =
  (port: number) =>
  (dir: string): string =>
    `
protocols = imap
service imap-login {
  inet_listener imap {
    port = ${port}
  }
}
passdb {
  driver = passwd-file
  args = username_format=%u ${dir}/users
}
auth_username_format =
`;

const backendConfig =
  (port: number) =>
  (dir: string): string =>
    `
protocols = imap
service imap-login {
  inet_listener imap {
    port = ${port}
  }
}
passdb {
  driver = static
  args = password=pw
}
${mailboxes23(dir)}
`;

const start = async (): Promise<NotifySite> => {
  await using stack = new AsyncDisposableStack();
  const [proxyPort = 0, backendPort = 0] = await freePorts(2);
  stack.use(await startDovecot({ config: backendConfig(backendPort), prepare: makeMailDir }));
  const proxy = stack.use(
    await startDovecot({
      config: proxyConfig(proxyPort),
      files: { users: USERS.replaceAll('BACKEND', String(backendPort)) },
    }),
  );
  const path = proxy.socket('login/proxy-notify');
  await promisify(execFile)('mkfifo', [path]);
  await chmod(path, 0o666);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const reader = stack.adopt(new Socket({ fd }), (socket) => void socket.destroy());
  let bytes = '';
  reader.on('data', (chunk: Buffer) => {
    bytes += chunk.toString('latin1');
  });
  const running = stack.move();
  return {
    ...peerOf(proxy, () => path, [
      [backendPort, 143],
      [proxyPort, 143],
    ]),
    written: () => bytes,
    port: proxyPort,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

/** Logs the users in, keeps the sessions open, and takes what is written until so many lines have come. */
const sessions =
  (site: NotifySite, users: readonly string[], lines: number): Step =>
  async (dialogue) => {
    using clients = new DisposableStack();
    const before = site.written().length;
    for (const user of users) {
      const client = clients.use(await openLineClient({ host: '127.0.0.1', port: site.port }));
      await client.line();
      client.send(`a LOGIN ${user} pw\r\n`);
      await client.linesUntil((line) => line.startsWith('a OK'));
    }
    const written = await until('proxy-notify lines', 20_000, () => {
      const all = site.written().slice(before);
      return all.split('\n').length > lines && all;
    });
    dialogue.record(
      'C',
      written
        .split('\n')
        .slice(0, lines)
        .map((line) => `${line}\n`)
        .join(''),
    );
  };

const cases = (site: NotifySite): Readonly<Record<string, Case>> => ({
  refresh: { about: 'one session, proxy_refresh=1: one line a second', script: [sessions(site, ['alice'], 3)] },
  destuser: { about: 'with destuser the name at the backend is written', script: [sessions(site, ['dest'], 2)] },
  'name-as-typed': { about: 'the name is not folded', script: [sessions(site, ['ALICE'], 2)] },
});

export const proxyNotify: readonly Recording<NotifySite>[] = [{ protocol: 'proxy-notify', start, cases }];
