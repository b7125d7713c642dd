/**
 * Garbage, a line of 1 MB and another protocol's version on every socket: that connection is closed, exactly one line is
 * logged, and everything goes on.
 */
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticateAll } from './lib/chosen-hosts.ts';
import { type Homing, startHoming } from './lib/homing.ts';
import { openLineClient } from './lib/line-client.ts';
import { passwdFile } from './lib/passwd-file.ts';
import { BACKENDS } from './lib/site.ts';
import { until } from './lib/until.ts';

const config = (dir: string): string => `
protocols =
director_mail_servers = ${BACKENDS.join(' ')}
${passwdFile(dir)}
service auth {
  unix_listener auth-client {
    mode = 0666
  }
  unix_listener login/login {
    mode = 0666
  }
  unix_listener auth-login {
    mode = 0600
  }
  unix_listener auth-master {
    mode = 0600
  }
  unix_listener auth-userdb {
    mode = 0600
  }
}
service director {
  unix_listener login/director {
    mode = 0666
  }
  unix_listener director-userdb {
    mode = 0600
  }
  unix_listener director-admin {
    mode = 0600
  }
  fifo_listener login/proxy-notify {
    mode = 0600
  }
}
service ipc {
  unix_listener ipc {
    mode = 0600
  }
  unix_listener login/ipc-proxy {
    mode = 0600
  }
}
`;

const SOCKETS = [
  'auth-client',
  'auth-login',
  'login/login',
  'auth-master',
  'auth-userdb',
  'login/director',
  'director-userdb',
  'director-admin',
  'anvil',
  'anvil-auth-penalty',
  'ipc',
  'login/ipc-proxy',
] as const;

/** Over 2,000 bytes, every value among them, no LF but at the end. */
const NOISE = `${String.fromCharCode(...Array.from({ length: 2048 }, (_, n) => (n * 167 + 13) % 256).filter((b) => b !== 10))}\n`;
const LONG = `${'x'.repeat(1 << 20)}\n`;
const OTHER_VERSION = 'VERSION\t9\t9\nVERSION\tsomething-else\t9\t9\n';

const INPUTS = { garbage: NOISE, 'a line of 1 MB': LONG, 'another version': OTHER_VERSION } as const;
/** An ipc client that asks nonsense is answered, line by line (ipc/client.c). */
const ANSWERED = new Set(['garbage on ipc', 'another version on ipc']);
const CASES = SOCKETS.flatMap((socket) =>
  Object.entries(INPUTS).map(([kind, bytes]) => ({ socket, kind, bytes })),
).filter(({ socket, kind }) => !ANSWERED.has(`${kind} on ${socket}`));

let homing: Homing;
beforeAll(async () => {
  homing = await startHoming({ config, files: { users: 'alice:{PLAIN}secret:10000:10000::/home/alice::proxy=y\n' } });
});
afterAll(() => homing[Symbol.asyncDispose]());

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

test.each(CASES)('$kind on $socket', async ({ socket, bytes }) => {
  const before = homing.log().length;
  {
    using client = await openLineClient(homing.socket(socket));
    client.send(bytes);
    await client.closed();
  }
  await homing.logged(/\n/, 5000, before);
  await authenticateAll(homing.socket('login/director'), ['alice'], 'secret');
  const logged = lines(homing.log().slice(before));
  expect(logged).toHaveLength(1);
  expect(logged[0]).toMatch(/^(auth|director|anvil|ipc): (Error|Warning): ./);
  expect(logged[0]?.length).toBeLessThan(3000);
});

test.each([
  ['garbage', NOISE, '-Invalid IPC connection id: '],
  ['another version', OTHER_VERSION, '-Unknown IPC group: VERSION'],
])('%s on ipc is answered with an error, told once, and the connection goes on', async (_, bytes, answer) => {
  const before = homing.log().length;
  using client = await openLineClient(homing.socket('ipc'));
  client.send(bytes);
  expect(await client.line()).toContain(answer);
  client.send('nosuch\tx\tKICK\nnosuch\t1\tKICK\n');
  await client.linesUntil((line) => line === '-Unknown IPC group: nosuch');
  using marker = await openLineClient(homing.socket('ipc'));
  marker.send('proxy\tmarker\tKICK\n');
  await homing.logged(/: marker$/m, 5000, before);
  expect(lines(homing.log().slice(before))).toEqual([
    expect.stringContaining('ipc: Error: IPC client sent invalid input: Invalid IPC connection id: '),
    'ipc: Error: IPC client sent invalid input: Invalid IPC connection id: marker',
  ]);
});

/** Nobody can be disconnected from a fifo: a line that is too long is skipped and told, names nobody has are nothing. */
test.each([
  ['garbage', NOISE, 1],
  ['a line of 1 MB', LONG, 1],
  ['names nobody has', 'a\tb\x01\n\n\xff\xfe\n', 0],
])('%s on login/proxy-notify', async (_, bytes, count) => {
  const before = homing.log().length;
  const notify = (text: string): Promise<void> => writeFile(homing.socket('login/proxy-notify'), text, 'latin1');
  await notify(bytes);
  const marker = 'm'.repeat(2000);
  await notify(`${marker}\n`);
  await until('the line behind it to be read', 5000, () => lines(homing.log().slice(before)).length > count);
  const logged = lines(homing.log().slice(before));
  expect(logged).toEqual(Array.from({ length: count + 1 }, () => expect.stringMatching(/^director: Error: notify: ./)));
  await authenticateAll(homing.socket('login/director'), ['alice'], 'secret');
});
