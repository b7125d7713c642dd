import { once } from 'node:events';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { MAIL, OTHER, type TestIdentity } from '../../testing/certificates.ts';
import { acceptTls, type TlsAcceptance, TlsAcceptError } from './accept-tls.ts';
import { createTlsServerContext, type TlsServerContext, type TlsServerOptions } from './server-context.ts';

const options = (identity: TestIdentity, more: Partial<TlsServerOptions> = {}): TlsServerOptions => ({
  ...identity,
  altCert: '',
  altKey: '',
  passphrase: '',
  ca: '',
  minVersion: 'TLSv1.2',
  cipherList: 'HIGH',
  cipherSuites: '',
  curves: '',
  dh: '',
  preferServerCiphers: false,
  tickets: true,
  requestCert: false,
  requireCrl: true,
  ...more,
});

const context = (more: Partial<TlsServerOptions> = {}): TlsServerContext => createTlsServerContext(options(MAIL, more));

type Meeting = { readonly client: TLSSocket; readonly server: TlsAcceptance } & Disposable;

/** Both ends of one connection. */
const meet = async (used: TlsServerContext, client: ConnectionOptions = {}): Promise<Meeting> => {
  const listener = createServer({ pauseOnConnect: true });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const socket = connectSocket(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  const [accepted] = (await once(listener, 'connection')) as [Socket];
  listener.close();
  const other = createTlsServerContext(options(OTHER));
  const server = acceptTls(accepted, used, (name) => {
    if (name === 'forbidden.example.com') throw new Error('no certificate for that name');
    return name === 'other.example.com' ? other : used;
  });
  const secure = connectTls({ socket, rejectUnauthorized: false, ...client });
  secure.on('error', () => undefined);
  return {
    client: secure,
    server,
    [Symbol.dispose]() {
      secure.destroy();
      accepted.destroy();
    },
  };
};

test('what was written before the handshake leaves after it', async () => {
  using meeting = await meet(context());
  meeting.server.stream.write('hello');
  const [bytes] = (await once(meeting.client, 'data')) as [Buffer];
  expect(bytes.toString()).toBe('hello');
  expect(await meeting.server.handshake).toEqual({
    security: 'TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)',
    certificate: 'none',
    subject: new Map(),
    serverName: undefined,
  });
});

test('the server name chooses the certificate', async () => {
  using meeting = await meet(context(), { servername: 'other.example.com' });
  expect((await meeting.server.handshake).serverName).toBe('other.example.com');
  expect(meeting.client.getPeerCertificate().subject.CN).toBe('other.example.com');
});

test.each([
  ['its authority is known', { ca: OTHER.cert, requireCrl: false }, 'valid'],
  ['nobody knows its authority', { requireCrl: false }, 'invalid'],
  ['revocation lists are wanted and there are none', { ca: OTHER.cert }, 'invalid'],
] as const)('a client certificate when %s', async (_, more, certificate) => {
  using meeting = await meet(context({ ...more, requestCert: true }), OTHER);
  const { subject, ...rest } = await meeting.server.handshake;
  expect(rest.certificate).toBe(certificate);
  expect(subject.get('CN')).toBe('other.example.com');
});

test.each<[string, Partial<TlsServerOptions>, ConnectionOptions, RegExp]>([
  [
    'old protocol',
    { minVersion: 'TLSv1.3' },
    { maxVersion: 'TLSv1.2' },
    /^SSL_accept\(\) failed: error:.*unsupported protocol$/,
  ],
  [
    'no common cipher',
    { cipherList: 'AES256' },
    { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305' },
    /no shared cipher$/,
  ],
])('%s', async (_, more, client, text) => {
  using meeting = await meet(context(more), client);
  const error: unknown = await meeting.server.handshake.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TlsAcceptError);
  expect(String(error)).toMatch(new RegExp(text.source.replace(/^\^/, '')));
});

test('a client that just goes has no error text', async () => {
  using meeting = await meet(context());
  meeting.client.destroy();
  await expect(meeting.server.handshake).rejects.toThrow(/^$/);
});

test('a name without certificate ends the handshake', async () => {
  using meeting = await meet(context(), { servername: 'forbidden.example.com' });
  await expect(meeting.server.handshake).rejects.toThrow(TlsAcceptError);
});

test.each([true, false])('session tickets: %s', async (tickets) => {
  using meeting = await meet(context({ tickets }), { maxVersion: 'TLSv1.2' });
  await meeting.server.handshake;
  meeting.server.stream.write('x');
  await once(meeting.client, 'data');
  expect(meeting.client.getTLSTicket() !== undefined).toBe(tickets);
});

test('a certificate that is none is refused with OpenSSL’s words', () => {
  expect(() => createTlsServerContext(options({ cert: 'x', key: MAIL.key }))).toThrow(/PEM|no start line/i);
  expect(() => createTlsServerContext(options({ cert: MAIL.cert, key: OTHER.key }))).toThrow(/mismatch/);
});
