/**
 * Garbage on the ports that everybody can reach: noise, a line of 1 MB, TLS that never comes to an end. The connection
 * ends with one log line, as Dovecot's login processes write it, and the next client logs in.
 */
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificate } from './lib/certificate.ts';
import { type Homing, startHoming } from './lib/homing.ts';
import { openLineClient } from './lib/line-client.ts';
import { freePorts } from './lib/ports.ts';
import { tls } from './lib/site.ts';
import { until, within } from './lib/until.ts';

const PORTS = ['imap', 'imaps', 'pop3', 'pop3s'] as const;
type Port = (typeof PORTS)[number];

const config = (ports: Readonly<Record<Port, number>>) => (dir: string) =>
  `
protocols = imap pop3
listen = 127.0.0.1
${tls(dir)}
auth_failure_delay = 0
homing_login_workers = 1
passdb {
  driver = passwd-file
  args = ${dir}/users
}
service imap-login {
  inet_listener imap {
    port = ${ports.imap}
  }
  inet_listener imaps {
    port = ${ports.imaps}
    ssl = yes
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${ports.pop3}
  }
  inet_listener pop3s {
    port = ${ports.pop3s}
    ssl = yes
  }
}
`;

/** Over 2,000 bytes, every value among them, in lines of all lengths. */
const NOISE = Buffer.from(Array.from({ length: 4096 }, (_, n) => (n * 167 + (n >> 8) * 13 + 1) % 256));
/** The head of a TLS record of 512 bytes with a ClientHello, and not half of it. */
const HALF_HELLO = Buffer.concat([
  Buffer.from('160301020001', 'hex'),
  Buffer.from('0001fc0303', 'hex'),
  NOISE.subarray(0, 100),
]);
const INPUTS = { noise: NOISE, 'a line of 1 MB': Buffer.alloc(1 << 20, 'x'), 'half a TLS hello': HALF_HELLO } as const;
const CASES = PORTS.flatMap((port) => Object.entries(INPUTS).map(([kind, bytes]) => ({ port, kind, bytes })));

let ports: Record<Port, number>;
let homing: Homing;
beforeAll(async () => {
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0] = await freePorts(4);
  ports = { imap, imaps, pop3, pop3s };
  homing = await startHoming({
    config: config(ports),
    files: { users: 'alice:{PLAIN}secret::::::nologin=y reason=Hello\n' },
    prepare: async (dir) => void (await makeCertificate(dir, 'tls', ['127.0.0.1'])),
  });
});
afterAll(() => homing[Symbol.asyncDispose]());

/** Sends all of it and FIN; resolves when the server has closed. */
const throwAt = (port: number, bytes: Uint8Array): Promise<void> =>
  within(
    `port ${port} to close`,
    10_000,
    new Promise((closed) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined).on('close', () => closed());
      socket.resume().end(bytes);
    }),
  );

/** The reply to a login over the port's own kind of connection. */
const logIn = async (port: Port): Promise<string> => {
  const secure = port.endsWith('s') ? { rejectUnauthorized: false } : undefined;
  using client = await openLineClient({ host: '127.0.0.1', port: ports[port] }, secure);
  await client.line();
  if (port.startsWith('imap')) {
    client.send('a LOGIN alice secret\r\n');
    return (await client.linesUntil((line) => line.startsWith('a '))).at(-1) ?? '';
  }
  client.send('USER alice\r\nPASS secret\r\n');
  await client.line();
  return await client.line();
};

test.each(CASES)('$kind on $port', async ({ port, bytes }) => {
  const before = homing.log().length;
  const logged = (): string[] =>
    homing
      .log()
      .slice(before)
      .split('\n')
      .filter((line) => line !== '');
  const [pid] = homing.children('login-worker.ts');
  await throwAt(ports[port], bytes);
  await until('a log line', 5000, () => logged().length > 0);
  expect(await logIn(port)).toMatch(/Hello/);
  await until('the line of the login', 5000, () => logged().length > 1);
  const service = `${port.slice(0, 4)}-login`;
  expect(logged()).toEqual([
    expect.stringMatching(new RegExp(`^${service}: Info: (Disconnected|Aborted login).{0,300} rip=127.0.0.1, `)),
    expect.stringMatching(new RegExp(`^${service}: Info: .*user=<alice>`)),
  ]);
  expect(homing.children('login-worker.ts')).toEqual([pid]);
});
