/** Backends that send users elsewhere: Dovecot 2.4 as backend. */
import { expect, test } from 'vitest';
import { backendWorld } from '../../../testing/backend-context.ts';
import { type FakeBackend, scripted, startFakeBackend } from '../../../testing/fake-backend.ts';
import type { Redirection } from '../../core/proxy-login.ts';

const GREETING = '* OK [CAPABILITY IMAP4rev1 SASL-IR ID] ready\r\n';

const fields = (port: number, more: Readonly<Record<string, string>> = {}) =>
  new Map(Object.entries({ proxy: '', host: '127.0.0.1', port: String(port), pass: 'p', ...more }));

const never = (): AbortSignal => new AbortController().signal;

/** Says `reply` to every login; `heard`: the lines of each connection. */
const startBackend = async (reply: () => string): Promise<FakeBackend & { readonly heard: string[][] }> => {
  const heard: string[][] = [];
  const backend = await startFakeBackend((socket) => {
    const lines: string[] = [];
    heard.push(lines);
    scripted(socket, GREETING, (line) => {
      lines.push(line);
      return line.startsWith('L ') ? `L ${reply()}\r\n` : 'I OK\r\n';
    });
  });
  return Object.defineProperty(backend, 'heard', { value: heard }) as FakeBackend & { readonly heard: string[][] };
};

const moved = (port: number, host = '127.0.0.1'): string => `NO [REFERRAL imap://x;AUTH=*@${host}:${port}/] Moved`;

test('the referral is followed: same user and password, one proxy hop less, one session', async () => {
  await using home = await startBackend(() => 'OK in');
  await using away = await startBackend(() => moved(home.port));
  const world = backendWorld();
  const session = await world.login(fields(away.port, { proxy_refresh: '9' }), world.context, never());
  const destination = `127.0.0.1:${home.port}`;
  expect(session).toMatchObject({ destination, destuser: 'u', reply: 'in', refreshSeconds: 9 });
  expect(home.heard).toEqual([[expect.stringContaining('"x-proxy-ttl" "3"'), 'L LOGIN "u" "p"']]);
  expect(world.logged()).toEqual([
    expect.stringMatching(`^proxy\\(u,127\\.0\\.0\\.1:${home.port}\\): Started proxying to <127\\.0\\.0\\.1> \\(0\\.`),
  ]);
  expect(world.hosts.of('127.0.0.1', away.port)).toMatchObject({ waiting: 0, proxying: 0 });
  expect(world.hosts.of('127.0.0.1', home.port)).toMatchObject({ waiting: 0, proxying: 1 });
  expect(world.sessions.size).toBe(0);
  session.stream.destroy();
});

test('while it goes on, it is a session of the backend it is at', async () => {
  const world = backendWorld();
  const seen: string[][] = [];
  const look = (reply: string) => () => {
    seen.push(world.sessions.list().slice(1));
    return reply;
  };
  await using home = await startBackend(look('OK in'));
  await using away = await startBackend(look(moved(home.port)));
  const session = await world.login(fields(away.port), world.context, never());
  expect(seen).toEqual([[expect.stringMatching(`\t${away.port}$`)], [expect.stringMatching(`\t${home.port}$`)]]);
  session.stream.destroy();
});

test('two backends that send the user to one another', async () => {
  const ports: number[] = [];
  await using one = await startBackend(() => moved(ports[1] ?? 0));
  await using two = await startBackend(() => moved(ports[0] ?? 0));
  ports.push(one.port, two.port);
  const world = backendWorld();
  const login = world.login(fields(one.port), world.context, never());
  await expect(login).rejects.toMatchObject({ code: 'internal-config' });
  expect([one.connections, two.connections]).toEqual([2, 2]);
  expect(world.logged()).toEqual([
    `proxy(u,127.0.0.1:${two.port}): Proxying loops - already connected to 127.0.0.1:${one.port}`,
  ]);
  expect(world.hosts.of('127.0.0.1', one.port)).toMatchObject({ waiting: 0, proxying: 0 });
});

test('a redirect counts as a proxy hop', async () => {
  await using away = await startBackend(() => moved(9));
  const world = backendWorld({}, { ttl: 2 });
  const login = world.login(fields(away.port), world.context, never());
  await expect(login).rejects.toMatchObject({ code: 'remote-config' });
  expect(world.logged()).toEqual([
    'proxy(u,127.0.0.1:9): Aborting due to remote server: TTL reached zero - proxies appear to be looping?',
  ]);
});

test('with proxy_redirect_reauth the auth server says where', async () => {
  await using home = await startBackend(() => 'OK in');
  await using away = await startBackend(() => moved(9, 'be.example.com'));
  const asked: Redirection[] = [];
  const world = backendWorld(
    {},
    {
      reauthenticate(redirection) {
        asked.push(redirection);
        const reply = fields(home.port, { forward_who: 'me' });
        reply.delete('pass');
        return Promise.resolve({ to: 'proxy', fields: reply });
      },
    },
  );
  const session = await world.login(
    fields(away.port, { proxy_redirect_reauth: '', proxy_timeout: '2' }),
    world.context,
    never(),
  );
  expect(asked).toEqual([
    { next: 'be.example.com:9', attempts: [`127.0.0.1:${away.port}`], destuser: 'x', timeoutMs: 2000 },
  ]);
  expect(home.heard).toEqual([[expect.stringContaining('"x-forward-who" "me"'), 'L LOGIN "u" "p"']]);
  session.stream.destroy();
});

test('which may be the client’s own affair, or nobody’s', async () => {
  await using away = await startBackend(() => moved(9));
  const referral = { host: 'elsewhere', port: 9, user: 'u' };
  const referring = backendWorld({}, { reauthenticate: () => Promise.resolve({ to: 'refer', referral }) });
  const reply = fields(away.port, { proxy_redirect_reauth: 'y' });
  await expect(referring.login(reply, referring.context, never())).rejects.toMatchObject({ code: 'auth', referral });
  expect(referring.logged()).toEqual([`proxy(u,127.0.0.1:${away.port}): Login failed: Redirected to elsewhere`]);
  const failing = backendWorld({}, { reauthenticate: () => Promise.resolve({ to: 'failed', text: 'No' }) });
  await expect(failing.login(reply, failing.context, never())).rejects.toMatchObject({ code: 'internal' });
  expect(failing.logged()).toEqual([`proxy(u,127.0.0.1:${away.port}): Aborting due to internal error: No`]);
});

test('a client that goes while the auth server thinks', async () => {
  await using away = await startBackend(() => moved(9));
  const abort = new AbortController();
  const world = backendWorld(
    {},
    {
      reauthenticate: () => {
        abort.abort();
        return Promise.resolve({ to: 'failed', text: 'aborted' });
      },
    },
  );
  const reply = fields(away.port, { proxy_redirect_reauth: 'y' });
  await expect(world.login(reply, world.context, abort.signal)).rejects.toThrow('Client disconnected');
  expect(world.logged()).toEqual([]);
});
