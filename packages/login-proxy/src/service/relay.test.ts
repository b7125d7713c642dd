import { connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { backendWorld, SETTINGS } from '../../testing/backend-context.ts';
import type { ProxiedSession } from '../core/proxy-login.ts';
import { createRelays, type Relays } from './relay.ts';

/** Two ends of a TCP connection: what the proxy holds, and what the peer holds. */
const socketPair = async (): Promise<{ ours: Socket; theirs: Socket }> => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const accepted = new Promise<Socket>((resolve) => {
    server.once('connection', resolve);
  });
  const theirs = connect(address.port, '127.0.0.1').on('error', () => undefined);
  const ours = await accepted;
  server.close();
  return { ours: ours.pause().on('error', () => undefined), theirs };
};

type Session = {
  readonly relays: Relays;
  readonly client: Socket;
  readonly backend: Socket;
  readonly ended: Promise<void>;
  readonly world: ReturnType<typeof backendWorld>;
};

const PREFIX = 'proxy(u,127.0.0.1:143): ';

const startSession = async (
  options: { rest?: string; clientRest?: string; maxDelay?: number; now?: () => number; refresh?: number } = {},
): Promise<Session> => {
  const world = backendWorld();
  const [clientSide, backendSide] = await Promise.all([socketPair(), socketPair()]);
  const host = world.hosts.of('127.0.0.1', 143);
  host.proxying += 1;
  const relays = createRelays({
    settings: { ...SETTINGS, login_proxy_max_disconnect_delay: options.maxDelay ?? 0 },
    hosts: world.hosts,
    sessions: world.sessions,
    notify: { watch: () => () => undefined, close: () => undefined },
    now: options.now ?? Date.now,
    pick: () => 99,
    release: () => {
      host.proxying -= 1;
    },
  });
  const session: ProxiedSession = {
    stream: backendSide.ours,
    destination: '127.0.0.1:143',
    host: '127.0.0.1',
    ip: '127.0.0.1',
    port: 143,
    chosenIp: '127.0.0.1',
    destuser: 'u',
    capability: undefined,
    altUsernames: new Map(),
    eventFields: {},
    startedAt: Date.now(),
    reply: 'in',
    rest: options.rest ?? '',
    refreshSeconds: options.refresh ?? 0,
    bytesSent: 100,
  };
  const relayed = { stream: clientSide.ours, rest: options.clientRest ?? '', bytesSent: 200 };
  const ended = relays.relay(relayed, session, world.context);
  return { relays, client: clientSide.theirs, backend: backendSide.theirs, ended, world };
};

const read = (socket: Socket): Promise<string> => text(socket);

test('bytes go both ways, those of the login first, and are counted', async () => {
  const { client, backend, ended, world, relays } = await startSession({
    rest: '* early\r\n',
    clientRest: 'b NOOP\r\n',
  });
  expect(relays.size).toBe(1);
  expect(world.sessions.size).toBe(1);
  const atBackend = read(backend);
  const atClient = read(client);
  client.write('c LOGOUT\r\n');
  backend.end('* BYE\r\n');
  await ended;
  expect(await atClient).toBe('* early\r\n* BYE\r\n');
  expect('b NOOP\r\nc LOGOUT\r\n').toContain(await atBackend);
  expect(world.logged()[0]).toMatch(
    /^proxy\(u,127\.0\.0\.1:143\): Disconnected by server \(0s idle, in=1[01]\d, out=216\)$/,
  );
  expect([relays.size, world.sessions.size]).toEqual([0, 0]);
});

test('what the client said before it left still reaches the backend', async () => {
  const { client, backend, ended, world } = await startSession();
  const atBackend = read(backend);
  client.end('a LOGOUT\r\n');
  await ended;
  expect(await atBackend).toBe('a LOGOUT\r\n');
  expect(world.logged()).toEqual([`${PREFIX}Disconnected by client (0s idle, in=110, out=200)`]);
});

test('a reset names its reason', async () => {
  const { backend, ended, world } = await startSession();
  backend.resetAndDestroy();
  await ended;
  expect(world.logged()[0]).toBe(
    `${PREFIX}Disconnected by server: read(size=4096) failed: Connection reset by peer (0s idle, in=100, out=200)`,
  );
});

test('a client that does not read makes the backend wait, and the log say so', async () => {
  const { client, backend, ended, world } = await startSession();
  client.pause();
  const chunk = Buffer.alloc(65_536, 'x');
  const total = 64 * 1024 * 1024;
  let given = 0;
  const give = (): void => {
    while (given < total) {
      given += chunk.length;
      if (!backend.write(chunk)) return;
    }
  };
  // No drain for long means that every buffer on the way is full.
  await new Promise<void>((resolve) => {
    let timer = setTimeout(resolve, 300);
    backend.on('drain', () => {
      clearTimeout(timer);
      timer = setTimeout(resolve, 300);
      give();
    });
    give();
  });
  expect(given).toBeLessThan(total);
  backend.resetAndDestroy();
  // A paused stream hears of the reset when it is read or written again: the client goes on.
  client.resume();
  await ended;
  expect(world.logged()[0]).toMatch(/Disconnected by server.*\(\ds idle, in=100, out=\d+/);
});

test('an administrator’s kick ends both sides without a word', async () => {
  const { client, backend, ended, world } = await startSession();
  const atClient = read(client);
  const atBackend = read(backend);
  expect(world.sessions.kick('Kicked by admin', () => true)).toBe(1);
  expect(world.sessions.kick('Kicked by admin', () => true)).toBe(0);
  await ended;
  expect([await atClient, await atBackend]).toEqual(['', '']);
  expect(world.logged()).toEqual([`${PREFIX}Disconnected by proxy: Kicked by admin`]);
  expect(world.entries.at(-1)?.fields).toMatchObject({ disconnect_side: 'proxy', bytes_in: 100, bytes_out: 200 });
});

test('at shutdown a session goes once it is idle', async () => {
  let clock = 1_000_000;
  const { client, ended, world, relays } = await startSession({ now: () => clock });
  client.resume();
  clock += 2000;
  await relays.drain();
  await ended;
  expect(world.logged()).toEqual([`${PREFIX}Disconnected by proxy: Process shutting down`]);
});

test('with a disconnect delay the client stays while its backend is gone', async () => {
  const { client, backend, ended, world } = await startSession({ maxDelay: 1 });
  // As if nine other sessions of this backend had just ended.
  Object.assign(world.hosts.of('127.0.0.1', 143), { disconnects: 9, disconnectedAt: Date.now(), delayed: 1 });
  const closed = read(client);
  backend.end();
  client.write('ignored\r\n');
  expect(await closed).toBe('');
  await ended;
  expect(world.logged()[0]).toMatch(
    /Disconnected by server \(0s idle, in=\d+, out=200\) - disconnecting client in \d+ms$/,
  );
  expect(world.hosts.of('127.0.0.1', 143)).toMatchObject({ proxying: 0, delayed: 1 });
});

test('a client that leaves while it waits is let go', async () => {
  const { client, backend, ended, world } = await startSession({ maxDelay: 3600 });
  Object.assign(world.hosts.of('127.0.0.1', 143), {
    proxying: 5000,
    disconnects: 9,
    disconnectedAt: Date.now(),
    delayed: 1,
  });
  client.resume();
  backend.end();
  await new Promise<void>((resolve) => {
    backend.resume().once('close', () => resolve());
  });
  client.end();
  await ended;
  expect(world.logged()[0]).toMatch(/ - disconnecting client in \d+ms$/);
});
