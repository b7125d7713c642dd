import { type Connect, connectInProcess, createMemoryLog, type Outlet } from '@homing/io';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AuthAnswer } from '../core/auth-client/requests.ts';
import { createAuthClient } from './auth-client.ts';

const HELLO = 'VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t7\nCUID\t8\nCOOKIE\tabc\nDONE\n';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A server that says what the test wants, once for each connection. */
const setUp = (hello = HELLO) => {
  const connections: { outlet: Outlet; got: string }[] = [];
  const changes: string[] = [];
  const site = { isUp: true, connects: 0, hello };
  const log = createMemoryLog('imap-login');
  const inProcess: Connect = connectInProcess((outlet) => {
    const connection = { outlet, got: '' };
    connections.push(connection);
    outlet.send(site.hello);
    return {
      receive(bytes) {
        connection.got += bytes;
      },
      end: () => undefined,
    };
  }, log);
  const client = createAuthClient({
    connect: (factory) => {
      site.connects += 1;
      return site.isUp ? inProcess(factory) : Promise.reject(new Error('Connection refused'));
    },
    socketPath: 'login',
    clientId: 42,
    log,
    now: Date.now,
    onChange: (change) => void changes.push(change),
  });
  const ask = (): AuthAnswer[] => {
    const answers: AuthAnswer[] = [];
    client.request('PLAIN', 'service=imap', 'AGEAYg==', (answer) => void answers.push(answer));
    return answers;
  };
  return { client, connections, changes, site, log, ask };
};

const texts = ({ log }: ReturnType<typeof setUp>): string[] =>
  log.entries.map(({ text }) => text.replace('auth-client: conn unix:login: ', ''));

test('handshake, then requests with their own ids', () => {
  const world = setUp();
  expect(world.changes).toEqual(['ready']);
  expect(world.client.server?.spid).toBe(7);
  const first = world.ask();
  const second = world.ask();
  const [connection] = world.connections;
  expect(connection?.got).toBe(
    'VERSION\t1\t2\nCPID\t42\nAUTH\t1\tPLAIN\tservice=imap\tresp=AGEAYg==\nAUTH\t2\tPLAIN\tservice=imap\tresp=AGEAYg==\n',
  );
  connection?.outlet.send('CONT\t2\tKys=\nFAIL\t1\tuser=joe\nOK\t2\tuser=joe\tproxy\n');
  expect(first).toEqual([{ on: 'auth-fail', params: ['user=joe'] }]);
  expect(second).toEqual([
    { on: 'auth-continue', data: 'Kys=' },
    { on: 'auth-ok', params: ['user=joe', 'proxy'] },
  ]);
  world.client.close();
});

test('a server that goes fails its requests, and is connected to again: at once, then every 5 s', async () => {
  const world = setUp();
  await vi.advanceTimersByTimeAsync(60_000);
  const answers = world.ask();
  world.site.isUp = false;
  world.connections[0]?.outlet.close();
  expect(answers).toEqual([{ on: 'auth-lost' }]);
  expect(world.changes).toEqual(['ready', 'lost']);
  expect(texts(world)).toEqual(['Auth connection closed with 1 pending requests (max 0 secs, pid=42, EOF)']);
  await vi.advanceTimersByTimeAsync(0);
  expect(world.site.connects).toBe(2);
  await vi.advanceTimersByTimeAsync(4999);
  expect(world.site.connects).toBe(2);
  world.site.isUp = true;
  await vi.advanceTimersByTimeAsync(1);
  expect(world.site.connects).toBe(3);
  expect(world.changes).toEqual(['ready', 'lost', 'ready']);
  expect(texts(world).at(-1)).toBe('connect(login) failed: Connection refused');
  world.client.close();
});

test('a server killed right after the start is connected to at once; one that hangs up again and again is not', async () => {
  const world = setUp();
  world.connections[0]?.outlet.close();
  await vi.advanceTimersByTimeAsync(0);
  expect(world.changes).toEqual(['ready', 'lost', 'ready']);
  world.connections[1]?.outlet.close();
  await vi.advanceTimersByTimeAsync(4999);
  expect(world.site.connects).toBe(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(world.site.connects).toBe(3);
  world.client.close();
});

test('a silent server is left after 30 s', async () => {
  const world = setUp();
  world.site.hello = 'VERSION\t1\t2\n';
  world.connections[0]?.outlet.close();
  await vi.advanceTimersByTimeAsync(5000);
  expect(world.connections).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(texts(world).at(-1)).toBe('Timeout waiting for handshake from auth server. my pid=42, input bytes=12');
  world.client.close();
});

test.each([
  ['garbage', 'GARBAGE\t1\n', 'Auth server sent unknown response: GARBAGE'],
  ['an empty line', '\n', 'Auth server sent empty line'],
  ['an endless line', 'x'.repeat(16_385), 'BUG: Auth server sent us more than 16384 bytes of data'],
])('%s ends the connection', (_, bytes, text) => {
  const world = setUp();
  const answers = world.ask();
  world.connections[0]?.outlet.send(bytes);
  expect(texts(world)[0]).toBe(text);
  expect(answers).toEqual([{ on: 'auth-lost' }]);
  expect(world.client.server).toBeUndefined();
  world.client.close();
});

test('a reply nobody waits for is logged alone', () => {
  const world = setUp();
  world.connections[0]?.outlet.send('OK\t9\tuser=joe\n');
  expect(texts(world)).toEqual(['Authentication server sent unknown id 9']);
  expect(world.client.server).toBeDefined();
  world.client.close();
});

test('a server whose hello is broken from the first time on is told apart', () => {
  const { client, changes, log } = setUp('VERSION\t1\t2\nDONE\n');
  expect(changes).toEqual(['never-ready']);
  expect(log.entries[0]?.text).toBe('auth-client: conn unix:login: BUG: Authentication server returned no mechanisms');
  client.close();
});
