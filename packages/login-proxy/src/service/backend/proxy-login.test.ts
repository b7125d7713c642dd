import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { type BackendWorld, backendWorld } from '../../../testing/backend-context.ts';
import { scripted, startFakeBackend } from '../../../testing/fake-backend.ts';
import { ProxyError } from '../../core/proxy-login.ts';

const FULL = '* OK [CAPABILITY IMAP4rev1 SASL-IR ID STARTTLS] ready\r\n';

const fields = (port: number, more: Readonly<Record<string, string>> = {}) =>
  new Map(Object.entries({ proxy: '', host: '127.0.0.1', port: String(port), pass: 'p', ...more }));

const never = (): AbortSignal => new AbortController().signal;

/** The error of a login that fails. */
const failure = async (
  world: BackendWorld,
  port: number,
  more?: Readonly<Record<string, string>>,
): Promise<ProxyError> => {
  const outcome = await world.login(fields(port, more), world.context, never()).catch((error: unknown) => error);
  if (!(outcome instanceof ProxyError)) throw new Error('did not fail', { cause: outcome });
  return outcome;
};

test('a login: what follows the reply belongs to the relay', async () => {
  await using backend = await startFakeBackend((socket) =>
    scripted(socket, FULL, (line) =>
      line.startsWith('I ') ? '* 1 EXISTS\r\nI OK\r\n' : 'L OK [CAPABILITY X] in\r\n* early data',
    ),
  );
  const world = backendWorld();
  const session = await world.login(
    fields(backend.port, { proxy_refresh: '9', user_group: 'g' }),
    world.context,
    never(),
  );
  expect(session).toMatchObject({
    destination: `127.0.0.1:${backend.port}`,
    destuser: 'u',
    reply: '[CAPABILITY X] in',
    capability: 'IMAP4rev1 SASL-IR ID STARTTLS',
    refreshSeconds: 9,
    altUsernames: new Map([['user_group', 'g']]),
  });
  expect('* early data'.startsWith(session.rest)).toBe(true);
  expect(session.bytesSent).toBe(
    'I ID ("x-session-id" "SESSION1" "x-originating-ip" "10.9.9.9" "x-originating-port" "4321" "x-connected-ip" "10.0.0.1" "x-connected-port" "143" "x-proxy-ttl" "4")\r\nL LOGIN "u" "p"\r\n'
      .length,
  );
  expect(world.forwarded).toEqual(['* 1 EXISTS']);
  expect(world.logged()[0]).toMatch(
    new RegExp(
      `^proxy\\(u,127\\.0\\.0\\.1:${backend.port}\\): Started proxying to <127\\.0\\.0\\.1> \\(0\\.\\d{3} secs\\)$`,
    ),
  );
  expect(world.sessions.size).toBe(0);
  expect(world.hosts.of('127.0.0.1', backend.port)).toMatchObject({ waiting: 0, proxying: 1 });
  session.stream.destroy();
});

test('nobody listens', async () => {
  const gone = await startFakeBackend(() => undefined);
  await gone[Symbol.asyncDispose]();
  const world = backendWorld();
  expect((await failure(world, gone.port)).code).toBe('connect');
  expect(world.logged()[0]).toMatch(
    new RegExp(
      `^proxy\\(u,127\\.0\\.0\\.1:${gone.port}\\): connect\\(127\\.0\\.0\\.1, ${gone.port}\\) failed: ` +
        'Connection refused \\(after [01] secs, local=127\\.0\\.0\\.1:\\d+\\)$',
    ),
  );
  expect(world.hosts.of('127.0.0.1', gone.port)).toMatchObject({ waiting: 0, proxying: 0 });
});

test.each<[string, (socket: Socket) => void, Readonly<Record<string, string>>, string, RegExp]>([
  [
    'a backend that says nothing',
    () => undefined,
    { proxy_timeout: '200ms' },
    'connect',
    /: Login timed out in state=\/none \(after [01] secs, local=127\.0\.0\.1:\d+\)$/,
  ],
  [
    'one that hangs up at once',
    (socket) => socket.end(),
    {},
    'connect',
    /: Disconnected by server: Connection closed \(state=\/none, duration=[01]s\)$/,
  ],
  [
    'one that hangs up at the login',
    (socket) => {
      socket.write(FULL);
      socket.once('data', () => socket.end());
    },
    {},
    'connect',
    /: Disconnected by server: Connection closed \(state=id\+login\/banner, duration=[01]s\)$/,
  ],
  [
    'garbage',
    (socket) => socket.write('SSH-2.0-x\r\n'),
    {},
    'protocol',
    /: Remote server sent invalid input: Invalid banner: SSH-2\.0-x$/,
  ],
  [
    'a line without end',
    (socket) => socket.write('* OK '.padEnd(5000, 'x')),
    {},
    'protocol',
    /: Remote server sent invalid input: Too long input line$/,
  ],
  [
    'plaintext where TLS is due',
    (socket) => socket.write(FULL),
    { ssl: 'any-cert' },
    'connect',
    /: Disconnected by server: Connection closed: SSL_connect\(\) failed: error:[0-9A-F]+:SSL routines:.*:wrong version number \(state=\/none, duration=[01]s\)$/,
  ],
  [
    'words slipped in before TLS',
    (socket) => scripted(socket, FULL, (line) => (line === 'S STARTTLS' ? 'S OK go\r\nL OK in\r\n' : '')),
    { starttls: 'any-cert' },
    'protocol',
    /: Remote server sent invalid input: Input after STARTTLS reply, before TLS$/,
  ],
  [
    'a refusal',
    (socket) => scripted(socket, FULL, (line) => (line.startsWith('L ') ? 'L NO [LIMIT] too many\r\n' : '')),
    { destuser: 'd' },
    'auth',
    /: Login failed as user d: \[LIMIT\] too many$/,
  ],
])('%s', async (_, serve, more, code, line) => {
  await using backend = await startFakeBackend(serve);
  const world = backendWorld();
  const error = await failure(world, backend.port, more);
  expect(error.code).toBe(code);
  expect(world.logged()).toHaveLength(1);
  expect(world.logged()[0]).toMatch(line);
  expect(world.hosts.of('127.0.0.1', backend.port)).toMatchObject({ waiting: 0, proxying: 0 });
  expect(world.sessions.size).toBe(0);
});

test('refusals are logged on request only', async () => {
  await using backend = await startFakeBackend((socket) => scripted(socket, FULL, () => 'I OK\r\nL NO nope\r\n'));
  const world = backendWorld({ auth_verbose: false });
  expect(await failure(world, backend.port)).toMatchObject({ code: 'auth', reply: undefined });
  expect(world.logged()).toEqual([]);
});

test('a temporary failure is tried again after a second', async () => {
  await using backend = await startFakeBackend((socket, number) =>
    scripted(socket, '* OK hi\r\n', (line) =>
      line.startsWith('L ') ? (number === 1 ? 'L NO [UNAVAILABLE] try later\r\n' : 'L OK in\r\n') : '',
    ),
  );
  const world = backendWorld({ login_proxy_max_reconnects: 3 });
  const session = await world.login(fields(backend.port), world.context, never());
  expect(backend.connections).toBe(2);
  expect(world.logged()[0]).toMatch(/Started proxying to <127\.0\.0\.1> \(1\.\d{3} secs, 1 reconnects\)$/);
  session.stream.destroy();
});

test('the last temporary failure is the client’s', async () => {
  await using backend = await startFakeBackend((socket) =>
    scripted(socket, '* OK hi\r\n', (line) => (line.startsWith('L ') ? 'L NO [UNAVAILABLE] try later\r\n' : '')),
  );
  expect(await failure(backendWorld(), backend.port)).toMatchObject({
    code: 'auth-tempfail',
    reply: '[UNAVAILABLE] try later',
  });
});

test('proxies that loop are found before anybody is connected to', async () => {
  await using backend = await startFakeBackend(() => undefined);
  const world = backendWorld({}, { ttl: 1 });
  expect((await failure(world, backend.port)).code).toBe('remote-config');
  expect(world.logged()[0]).toMatch(
    /: Aborting due to remote server: TTL reached zero - proxies appear to be looping\?$/,
  );
  expect(backend.connections).toBe(0);
});

test('field checks: no connection, no destination in the line', async () => {
  const world = backendWorld();
  const outcome = await world
    .login(new Map([['host', '10.0.0.1']]), world.context, never())
    .catch((error: unknown) => error);
  expect(outcome).toMatchObject({ code: 'internal' });
  expect(world.logged()).toEqual(['proxy(u): password not given']);
});

test('a client that goes takes the backend connection with it', async () => {
  const closed = Promise.withResolvers<void>();
  const abort = new AbortController();
  await using backend = await startFakeBackend((socket) => {
    socket.resume().once('close', () => closed.resolve());
    abort.abort();
  });
  const world = backendWorld();
  await expect(world.login(fields(backend.port), world.context, abort.signal)).rejects.toBeInstanceOf(ProxyError);
  await closed.promise;
  expect(world.logged()).toEqual([]);
  expect(world.hosts.of('127.0.0.1', backend.port)).toMatchObject({ waiting: 0, proxying: 0 });
});

test('a login under way can be kicked', async () => {
  const abort = new AbortController();
  const world = backendWorld({}, { disconnect: (reason) => abort.abort(reason) });
  await using backend = await startFakeBackend((socket) => {
    socket.resume();
    expect(world.sessions.kick('Kicked by admin', ({ user }) => user === 'u')).toBe(1);
  });
  await expect(world.login(fields(backend.port), world.context, abort.signal)).rejects.toBeInstanceOf(ProxyError);
  expect(abort.signal.reason).toBe('Disconnected by proxy: Kicked by admin');
});

test('forward fields that do not fit are left out, with a warning', async () => {
  const heard = Promise.withResolvers<string>();
  await using backend = await startFakeBackend((socket) =>
    scripted(socket, FULL, (line) => {
      if (line.startsWith('I ')) heard.resolve(line);
      return 'L OK in\r\n';
    }),
  );
  const world = backendWorld();
  const session = await world.login(fields(backend.port, { forward_a: 'x'.repeat(2000) }), world.context, never());
  expect(await heard.promise).not.toContain('x-forward');
  expect(world.entries.find(({ level }) => level === 'warning')?.text).toMatch(/Forward fields are too long/);
  session.stream.destroy();
});

test('a host that was down for long is not waited for by two', async () => {
  await using backend = await startFakeBackend(() => undefined);
  const world = backendWorld({ login_proxy_max_reconnects: 3 });
  const now = Date.now();
  Object.assign(world.hosts.of('127.0.0.1', backend.port), { lastSuccess: now - 40_000, lastFailure: now, waiting: 1 });
  expect((await failure(world, backend.port)).code).toBe('connect');
  expect(world.logged()).toEqual([`proxy(u,127.0.0.1:${backend.port}): Host is down`]);
  expect([backend.connections, world.hosts.of('127.0.0.1', backend.port).waiting]).toEqual([0, 1]);
});

test.each([
  ['no timeout at all', 0, {}],
  ['one that no timer can count', 30_000, { proxy_timeout: '4000000000ms' }],
])('%s', async (_, login_proxy_timeout, more) => {
  await using backend = await startFakeBackend((socket) => scripted(socket, '* OK hi\r\n', () => 'L OK in\r\n'));
  const world = backendWorld({ login_proxy_timeout });
  (await world.login(fields(backend.port, more), world.context, never())).stream.destroy();
});
