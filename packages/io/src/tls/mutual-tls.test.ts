import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, test } from 'vitest';
import { D1, D2, MAIL, RING_CA, STRANGE_CA, STRANGER } from '../../testing/index.ts';
import { TlsError } from '../socket/connect-tls.ts';
import { createMutualTls, type MutualTls } from './mutual-tls.ts';

const d1 = createMutualTls({ ca: RING_CA, ...D1, passphrase: '' });
const d2 = createMutualTls({ ca: RING_CA, ...D2, passphrase: '' });
const stranger = createMutualTls({ ca: RING_CA + STRANGE_CA, ...STRANGER, passphrase: '' });

const pair = async (): Promise<{ client: Socket; server: Socket }> => {
  const listener = createServer({ pauseOnConnect: true });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const client = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  client.on('error', () => {});
  const [server] = (await once(listener, 'connection')) as [Socket];
  listener.close();
  return { client, server };
};

const never = new AbortController().signal;
const textOf = (result: PromiseSettledResult<Socket>): string =>
  result.status === 'rejected' && result.reason instanceof TlsError ? result.reason.message : result.status;

/** What each side makes of the other. */
const meet = async (client: MutualTls, server: MutualTls, names: { ofServer: string; ofClient: string }) => {
  const sockets = await pair();
  const [connected, accepted] = await Promise.allSettled([
    client.connect(sockets.client, names.ofServer, never),
    server.accept(sockets.server, names.ofClient, never),
  ]);
  sockets.client.destroy();
  sockets.server.destroy();
  return { client: textOf(connected), server: textOf(accepted) };
};

test.each([
  ['127.3.0.2', '127.3.0.1'],
  ['d2.example.com', 'd1.example.com'],
])('two that know each other as %s and %s', async (ofServer, ofClient) => {
  expect(await meet(d1, d2, { ofServer, ofClient })).toEqual({ client: 'fulfilled', server: 'fulfilled' });
});

test('bytes go both ways', async () => {
  const sockets = await pair();
  const [client, server] = await Promise.all([
    d1.connect(sockets.client, '127.3.0.2', never),
    d2.accept(sockets.server, '127.3.0.1', never),
  ]);
  client.write('from client');
  server.write('from server');
  expect(String((await once(client, 'data'))[0])).toBe('from server');
  expect(String((await once(server, 'data'))[0])).toBe('from client');
  client.destroy();
});

test('a server with a certificate of another authority is refused', async () => {
  const { client } = await meet(d1, stranger, { ofServer: '127.3.0.2', ofClient: '127.3.0.1' });
  expect(client).toBe('TLS: certificate refused: self-signed certificate in certificate chain');
});

test('a client with a certificate of another authority is refused', async () => {
  const { server } = await meet(stranger, d1, { ofServer: '127.3.0.1', ofClient: '127.3.0.2' });
  expect(server).toBe('TLS: certificate refused: self-signed certificate in certificate chain');
});

test('a certificate for somebody else is refused, on both sides', async () => {
  const { client } = await meet(d1, d2, { ofServer: '127.3.0.9', ofClient: '127.3.0.1' });
  expect(client).toMatch(/^TLS: certificate is not for 127\.3\.0\.9: /);
  const { server } = await meet(d1, d2, { ofServer: '127.3.0.2', ofClient: '127.3.0.2' });
  expect(server).toMatch(/^TLS: certificate is not for 127\.3\.0\.2: /);
});

test('a client without a certificate is refused', async () => {
  const { client, server } = await pair();
  connectTls({ socket: client, rejectUnauthorized: false }).on('error', () => {});
  await expect(d2.accept(server, '127.3.0.1', never)).rejects.toThrow('TLS: no certificate received');
});

test('plain bytes where TLS is due', async () => {
  const { client, server } = await pair();
  client.write('VERSION\tdirector\t1\t9\n');
  await expect(d2.accept(server, '127.3.0.1', never)).rejects.toThrow(/^TLS handshake failed: .*wrong version number/);
  client.destroy();
});

test('a server that speaks plain', async () => {
  const { client, server } = await pair();
  server.write('VERSION\tdirector\t1\t9\n');
  await expect(d1.connect(client, '127.3.0.2', never)).rejects.toThrow(/^TLS handshake failed: /);
  server.destroy();
});

test('one that leaves during the handshake', async () => {
  const { client, server } = await pair();
  client.end();
  await expect(d2.accept(server, '127.3.0.1', never)).rejects.toThrow(TlsError);
});

test('given up, it leaves nothing behind', async () => {
  const { client, server } = await pair();
  const abort = new AbortController();
  const accepted = d2.accept(server, '127.3.0.1', abort.signal);
  abort.abort(new Error('enough'));
  await expect(accepted).rejects.toThrow('enough');
  expect(server.destroyed).toBe(true);
  await expect(d1.connect(client, '127.3.0.2', abort.signal)).rejects.toThrow('enough');
  expect(client.destroyed).toBe(true);
});

test.each([
  ['no authority', { ca: '', ...D1 }],
  ['a key instead of an authority', { ca: D1.key, ...D1 }],
  ['a broken authority', { ca: RING_CA.replace(/\n[^-]{20}/, '\nXXXXXXXXXXXXXXXXXXXX'), ...D1 }],
  ['the key of another', { ca: RING_CA, cert: D1.cert, key: MAIL.key }],
  ['no certificate', { ca: RING_CA, cert: 'none', key: D1.key }],
])('%s cannot be used', (_name, files) => {
  expect(() => createMutualTls({ ...files, passphrase: '' })).toThrow();
});
