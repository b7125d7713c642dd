import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { createPageServer, type PageServer } from './page-server.ts';

const listeners: { close(): void }[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const listener of listeners.splice(0)) listener.close();
});

const pages = new Map([['/metrics', { type: 'text/plain; version=0.0.4', body: () => 'users 3 café\n' }]]);

const serve = async (server: PageServer = createPageServer(pages)): Promise<() => Socket> => {
  const listener = createServer((socket) => server.accept(socket));
  listeners.push(listener);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  return () => connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
};

/** What comes until the server closes. */
const ask = async (client: Socket, request: string): Promise<string> => {
  client.write(request);
  let text = '';
  try {
    for await (const chunk of client.setEncoding('latin1')) text += String(chunk);
  } catch {
    // Reset: what came is what we got.
  }
  return text;
};

const HOST = 'Host: x\r\n\r\n';

test('a page, its length, and the end of the connection', async () => {
  const open = await serve();
  const text = await ask(open(), `GET /metrics?x=1 HTTP/1.1\r\n${HOST}GET /metrics HTTP/1.1\r\n${HOST}`);
  expect(text).toMatch(/^HTTP\/1.1 200 OK\r\nContent-Type: text\/plain; version=0.0.4\r\nContent-Length: 14\r\n/);
  expect(text).toContain('\r\nConnection: close\r\n');
  expect(text.split('\r\n\r\n')).toEqual([expect.any(String), 'users 3 caf\xc3\xa9\n']);
});

test.each([
  ['HEAD', 'HEAD /metrics HTTP/1.1', '200 OK'],
  ['another page', 'GET / HTTP/1.1', '404 Not Found'],
  ['a path that leads there', 'GET /metrics/../metrics HTTP/1.1', '404 Not Found'],
  ['POST', 'POST /metrics HTTP/1.1\r\nContent-Length: 5', '405 Method Not Allowed'],
  ['nonsense', 'nonsense', '400 Bad Request'],
  ['a long header', `GET /metrics HTTP/1.1\r\nX: ${'x'.repeat(9000)}`, '400 Bad Request'],
])('%s gets no page', async (_name, request, status) => {
  const open = await serve();
  const text = await ask(open(), `${request}\r\n${HOST}`);
  expect(text.split('\r\n', 1)).toEqual([`HTTP/1.1 ${status}`]);
  expect(text.endsWith('\r\n\r\n')).toBe(true);
});

test('who does not finish asking is dropped', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const open = await serve();
  const client = open().on('error', () => {});
  client.write('GET /metrics HTTP/1.1\r\n');
  await once(client, 'connect');
  const closed = new Promise((resolve) => client.once('close', resolve));
  while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
  vi.advanceTimersByTime(10_000);
  await closed;
});

test('a flood leaves room for no more than its limit', async () => {
  const open = await serve();
  const clients = Array.from({ length: 33 }, open);
  await Promise.race(clients.map((client) => once(client.resume(), 'close')));
  expect(await ask(clients[0] ?? open(), `GET /none HTTP/1.1\r\n${HOST}`)).toMatch(/^HTTP\/1.1 404/);
  for (const client of clients) client.destroy();
});
