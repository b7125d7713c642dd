/**
 * 10,000 idle connections on the director's login socket and 5,000 on the IMAP port: logins go on, a connection costs
 * little memory, and nothing of it stays. Needs as many open files.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticateAll } from './lib/chosen-hosts.ts';
import { type Homing, startHoming } from './lib/homing.ts';
import type { Address } from './lib/line-client.ts';
import { imapLogin, inParallel } from './lib/mail-login.ts';
import { freePort } from './lib/ports.ts';
import { BACKENDS } from './lib/site.ts';
import { until, within } from './lib/until.ts';

const AT_THE_DIRECTOR = 10_000;
const AT_THE_PORT = 5_000;
/** Opened at once; both kinds of listener have a longer queue. */
const WIDTH = 200;
/** What an idle connection may cost, objects and buffers included; measured: 18,000 at the director, 14,000 at the port. */
const BYTES_EACH = 40_000;

const openFileLimit = Number(/^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]);
const isTooLow = openFileLimit < AT_THE_DIRECTOR + 1000;
if (isTooLow) console.log(`SKIPPED many connections: ${openFileLimit} open files (ulimit -n) are not enough`);

const config = (port: number) => (dir: string) =>
  `
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_client_limit = 20000
homing_login_workers = 1
director_mail_servers = ${BACKENDS[0]}
passdb {
  driver = passwd-file
  args = ${dir}/users
}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service director {
  unix_listener login/director {
    mode = 0666
  }
}
`;

/** Resolves when `greeted` accepts what the server has said. */
const openIdle = (address: Address, hello: string, greeted: (text: string) => boolean): Promise<Socket> =>
  within(
    'a greeting',
    30_000,
    new Promise((resolve, reject) => {
      const socket = typeof address === 'string' ? connect(address) : connect(address.port, address.host);
      let text = '';
      socket.setEncoding('latin1').on('error', reject);
      socket.on('close', () => reject(new Error(`closed after ${JSON.stringify(text)}`)));
      socket.on('data', (more) => {
        text += more;
        if (greeted(text)) resolve(socket);
      });
      socket.write(hello);
    }),
  );

/** Bytes of memory that are the process's own. */
const memoryOf = (pid: number): number =>
  1024 * Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
const openFilesOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

describe.skipIf(isTooLow)('many connections', () => {
  let port: number;
  let homing: Homing;
  beforeAll(async () => {
    port = await freePort();
    const users = 'alice:{PLAIN}pw::::::proxy=y\nbob:{PLAIN}pw::::::nologin=y reason=Hello\n';
    homing = await startHoming({ config: config(port), files: { users } });
  });
  afterAll(() => homing[Symbol.asyncDispose]());

  test.each([
    {
      what: 'the login socket of the director',
      process: 'core.ts',
      count: AT_THE_DIRECTOR,
      // A login process has one connection, and its number tells it from the others.
      open: (n: number) =>
        openIdle(homing.socket('login/director'), `VERSION\t1\t2\nCPID\t${n + 1e6}\n`, (text) => /^DONE$/m.test(text)),
      logIn: () => authenticateAll(homing.socket('login/director'), ['alice'], 'pw'),
    },
    {
      what: 'the IMAP port',
      process: 'login-worker.ts',
      count: AT_THE_PORT,
      open: () => openIdle({ host: '127.0.0.1', port }, '', (text) => text.endsWith('\r\n')),
      logIn: () => expect(imapLogin({ host: '127.0.0.1', port }, 'bob', 'pw')).rejects.toThrow('Hello'),
    },
  ])('$what', async ({ process: kind, count, open, logIn }) => {
    const [pid = 0] = homing.children(kind);
    await logIn();
    const before = { memory: memoryOf(pid), files: openFilesOf(pid) };
    const held: Socket[] = [];
    try {
      const failures = await inParallel(
        Array.from(Array(count).keys()),
        WIDTH,
        async (n) => void held.push(await open(n)),
      );
      expect(failures).toEqual([]);
      // The client of the first login may have counted before it was gone.
      expect(openFilesOf(pid)).toBeGreaterThan(before.files + count - 10);
      await logIn();
      expect(memoryOf(pid) - before.memory).toBeLessThan(count * BYTES_EACH);
    } finally {
      for (const socket of held) socket.destroy();
    }
    await until('the descriptors to be given back', 20_000, () => openFilesOf(pid) < before.files + 50);
    await logIn();
    expect(homing.children(kind)).toEqual([pid]);
    expect(homing.log()).not.toMatch(/Error|Panic|Fatal/);
  });
});
