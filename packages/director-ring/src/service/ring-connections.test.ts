/** Directors over loopback sockets: what the ring does is the core's business; here it has to arrive. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { D1, D2, openPort, RING_CA, STRANGE_CA, STRANGER } from '@homing/io/testing';
import { afterEach, describe, expect, test } from 'vitest';
import type { DirectorHost } from '../core/ring/ring.ts';
import type { DirectorSettings } from '../core/settings.ts';
import { openPlace, type Place, type RingMember, startRingMember, until } from '../testing/ring-site.ts';
import type { DirectorOptions } from './director.ts';
import type { RingTlsSettings } from './ring-tls.ts';

const running: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of running.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

type Changed = Partial<DirectorSettings>;

/** At 127.3.0.1 and so on. `options` by place. */
const startRing = async (
  count: number,
  changed: Changed = {},
  options: readonly Partial<DirectorOptions>[] = [],
): Promise<RingMember[]> => {
  const places = await Promise.all(Array.from({ length: count }, (_, at) => openPlace(`127.3.0.${at + 1}`)));
  const hosts = places.map(({ host }) => host);
  const members = await Promise.all(places.map((place, at) => startRingMember(place, hosts, changed, options[at])));
  running.push(...members);
  return members;
};

/** One director; the others of its ring are ports that nobody serves, or who the test wants. */
const startOne = async (
  changed: Changed = {},
  more: Partial<DirectorOptions> = {},
): Promise<RingMember & { readonly other: Place }> => {
  const [own, other] = await Promise.all([openPlace('127.3.0.1'), openPlace('127.3.0.2')]);
  const member = await startRingMember(own, [own.host, other.host], changed, more);
  const sockets = new Set<Socket>();
  other.server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})));
  running.push(member, {
    [Symbol.asyncDispose]() {
      other.server.close();
      for (const socket of sockets) socket.destroy();
      return Promise.resolve();
    },
  });
  return { ...member, other };
};
const isSynced = ({ director }: RingMember): boolean => director.status().ring.state === 'synced';
const sides = ({ director }: RingMember): string[] =>
  director
    .status()
    .ring.connections.map(({ name, isSynced: isPeerSynced }) => `${name} ${isPeerSynced}`)
    .toSorted();

const incoming = ({ director }: RingMember): number =>
  director.status().ring.connections.filter(({ name }) => name.startsWith('127.3.0.2') && name.endsWith('/in')).length;

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });

const raw = async (to: DirectorHost, localAddress: string): Promise<Socket & { text: () => string }> => {
  let text = '';
  const socket = connect({ host: to.ip, port: to.port, localAddress }).setEncoding('latin1');
  socket
    .on('error', () => {})
    .on('data', (bytes: string) => {
      text += bytes;
    });
  await once(socket, 'connect');
  return Object.assign(socket, { text: () => text });
};

test.each([2, 3])('%d directors are a ring, and all know where a user is', async (count) => {
  const ring = await startRing(count);
  await until(() => ring.every(isSynced) && ring.every((one) => sides(one).length === 2));
  const names = ring.map(({ host }) => `${host.ip}:${host.port}`);
  for (const [at, one] of ring.entries()) {
    expect(sides(one)).toEqual([`${names.at(at - 1)}/left true`, `${names[(at + 1) % count]}/right true`].toSorted());
  }
  const host = await ring[0]?.login('alice');
  await until(() => ring.every(({ director }) => director.status().users === 1));
  expect(await Promise.all(ring.map((one) => one.login('alice')))).toEqual(ring.map(() => host));
  expect(await ring[1]?.admin('HOST-SET\t10.2.0.14\t50')).toBe('OK\n');
  await until(() => ring.every(({ director }) => director.status().hosts.some(({ vhosts }) => vhosts === 50)));
});

test('IPv6, and several directors at one address', async () => {
  const places = await Promise.all([openPlace('::1'), openPlace('::1')]);
  const hosts = places.map(({ host }) => host);
  const ring = await Promise.all(places.map((place) => startRingMember(place, hosts)));
  running.push(...ring);
  await until(() => ring.every(isSynced) && ring.every((one) => sides(one).length === 2));
  const host = await ring[0]?.login('alice');
  await until(() => ring.every(({ director }) => director.status().users === 1));
  expect(await ring[1]?.login('alice')).toBe(host);
});

test('whoever ends says so on every connection', async () => {
  const [first, second] = await startRing(2);
  if (first === undefined || second === undefined) throw new Error('no ring');
  await until(() => isSynced(first) && isSynced(second) && sides(first).length === 2);
  await first[Symbol.asyncDispose]();
  const quits = second.logged().filter((line) => line.endsWith('disconnected us with reason: Shutting down'));
  expect(quits).toHaveLength(2);
  await until(() => isSynced(second) && sides(second).length === 0);
});

test('a connection comes from our ring address and says hello at once', async () => {
  const { other } = await startOne();
  const [socket] = (await once(other.server, 'connection')) as [Socket];
  expect(socket.remoteAddress).toBe('127.3.0.1');
  expect(String((await once(socket, 'data'))[0])).toMatch(
    /^VERSION\tdirector\t1\t\d+\nME\t127\.3\.0\.1\t\d+\t\d+\nDIRECTOR\t/,
  );
});

test('a director that nobody serves does not keep the other from serving', async () => {
  const one = await startOne();
  one.other.server.close();
  await until(() => isSynced(one));
  expect(await one.login('alice')).toMatch(/^10\.2\.0\.1[123]$/);
});

test('an address that is not in the ring is dropped without a byte', async () => {
  const one = await startOne();
  const stranger = await raw(one.host, '127.3.0.9');
  await closed(stranger);
  expect(stranger.text()).toBe('');
  expect(one.logged()).toContain('Connection from 127.3.0.9: Server not listed in director_servers, dropping');
});

test('a flood of strangers writes ten lines a minute', async () => {
  const one = await startOne();
  await Promise.all(Array.from({ length: 300 }, async () => closed(await raw(one.host, '127.3.0.9'))));
  const lines = one.logged().filter((line) => line.startsWith('Connection from 127.3.0.9: '));
  expect(lines).toHaveLength(10);
  expect(one.director.status().ring.connections.filter(({ name }) => name.startsWith('127.3.0.9'))).toEqual([]);
});

test('homing_director_allow_nets lets others in', async () => {
  const one = await startOne({ homing_director_allow_nets: '127.3.0.8/29' });
  const stranger = await raw(one.host, '127.3.0.9');
  await until(() => stranger.text().startsWith('VERSION\tdirector\t1\t9\n'));
  stranger.destroy();
});

test('homing_director_max_connections counts those that wait', async () => {
  const one = await startOne({ homing_director_max_connections: 2 });
  const first = await raw(one.host, '127.3.0.2');
  const second = await raw(one.host, '127.3.0.2');
  await until(() => first.text() !== '' && second.text() !== '');
  const third = await raw(one.host, '127.3.0.2');
  await closed(third);
  expect(third.text()).toBe('');
  expect(one.logged()).toContain('Connection from 127.3.0.2: homing_director_max_connections=2 reached, dropping');
  first.destroy();
  await until(() => incoming(one) === 1);
  const fourth = await raw(one.host, '127.3.0.2');
  await until(() => fourth.text() !== '');
  second.destroy();
  fourth.destroy();
});

test('homing_director_max_connections counts those that are refused but stay', async () => {
  const one = await startOne({ homing_director_max_connections: 1 });
  const { ip: host, port } = one.host;
  const stays = connect({ host, port, localAddress: '127.3.0.2', allowHalfOpen: true }).resume();
  stays.write('garbage\n');
  await once(stays, 'end');
  const next = await raw(one.host, '127.3.0.2');
  await closed(next);
  expect(next.text()).toBe('');
  stays.destroy();
});

test('more output than allowed ends the connection', async () => {
  const one = await startOne({ director_output_buffer_size: 50 });
  await until(() => one.logged().some((line) => line.includes('Output buffer full at 0')));
  one.other.server.close();
  await until(() => isSynced(one));
});

describe('TLS', () => {
  const tls = (servers: string, more: Partial<RingTlsSettings>): { tls: RingTlsSettings } => ({
    tls: {
      homing_director_tls_servers: servers,
      homing_director_tls_ca: RING_CA,
      homing_director_tls_cert: '',
      homing_director_tls_key: '',
      ssl_ca: '',
      ssl_cert: '',
      ssl_key: '',
      ssl_key_password: '',
      ...more,
    },
  });
  const own = { homing_director_tls_cert: D1.cert, homing_director_tls_key: D1.key };
  const first = tls('127.3.0.2', own);

  test('two directors that know each other', async () => {
    const resolve = (name: string) => Promise.resolve(name === 'd1.example.com' ? ['127.3.0.1'] : []);
    const second = { ...tls('d1.example.com', { ssl_cert: D2.cert, ssl_key: D2.key }), resolve };
    const ring = await startRing(2, {}, [first, second]);
    await until(() => ring.every(isSynced) && ring.every((one) => sides(one).length === 2));
    const host = await ring[0]?.login('alice');
    await until(() => ring.every(({ director }) => director.status().users === 1));
    expect(await ring[1]?.login('alice')).toBe(host);
  });

  test('a certificate of a strange authority is refused on both sides', async () => {
    const second = tls('127.3.0.1', {
      homing_director_tls_ca: RING_CA + STRANGE_CA,
      homing_director_tls_cert: STRANGER.cert,
      homing_director_tls_key: STRANGER.key,
    });
    const [one, other] = await startRing(2, {}, [first, second]);
    if (one === undefined || other === undefined) throw new Error('no ring');
    const refusal = 'TLS: certificate refused: self-signed certificate in certificate chain';
    await until(() => one.logged().some((line) => line.includes(`connect() failed: ${refusal}`)));
    await until(() => one.logged().some((line) => line.includes(`disconnected: Connection closed: ${refusal}`)));
    expect(one.director.status().ring.connections.filter(({ state }) => state === 'handshaked')).toEqual([]);
  });

  test('plain from there is refused with a line, and told nothing', async () => {
    const one = await startOne({}, first);
    const plain = await raw(one.host, '127.3.0.2');
    plain.write('VERSION\tdirector\t1\t9\nME\t127.3.0.2\t9090\n');
    await closed(plain);
    expect(plain.text()).not.toContain('VERSION');
    expect(one.logged().some((line) => /TLS handshake failed: .*wrong version number/.test(line))).toBe(true);
  });

  test('others speak plain as ever', async () => {
    const one = await startOne({}, tls('127.3.0.7', own));
    const plain = await raw(one.host, '127.3.0.2');
    await until(() => plain.text().startsWith('VERSION\tdirector\t1\t9\n'));
    plain.destroy();
  });

  test('new certificates count from the next connection on, unusable ones leave the old', async () => {
    const one = await startOne({}, tls('', own));
    const { director } = one;
    await expect(director.useTls(tls('127.3.0.2', {}).tls)).rejects.toThrow('needs homing_director_tls_cert');
    const plain = await raw(one.host, '127.3.0.2');
    await until(() => plain.text().startsWith('VERSION\tdirector'));
    await director.useTls(first.tls);
    const secret = await raw(one.host, '127.3.0.2');
    secret.write('VERSION\tdirector\t1\t9\n');
    await closed(secret);
    expect(secret.text()).not.toContain('VERSION');
    plain.destroy();
  });

  test.each([
    ['d9.example.com', own, 'homing_director_tls_servers: Unknown host: d9.example.com'],
    ['127.3.0.2', {}, 'homing_director_tls_servers needs homing_director_tls_cert (or ssl_cert)'],
    ['127.3.0.2', { ...own, homing_director_tls_ca: '' }, 'needs homing_director_tls_ca (or ssl_ca)'],
    ['127.3.0.2', { ...own, homing_director_tls_key: D2.key }, 'homing_director_tls_ca, homing_director_tls_cert or'],
    ['127.3.0.2', { ...own, homing_director_tls_ca: 'none' }, 'no certificate of an authority'],
  ])('%s with %o is refused', async (servers, changed, message) => {
    await expect(startOne({}, tls(servers, changed))).rejects.toThrow(message);
  });
});

test('metrics over HTTP', async () => {
  const ring = await startRing(2);
  await until(() => ring.every(isSynced) && ring.every((one) => sides(one).length === 2));
  const [one] = ring;
  const { server, port } = await openPort('127.3.0.1');
  if (one !== undefined) server.on('connection', one.director.acceptMetrics);
  const metrics = await (await fetch(`http://127.3.0.1:${port}/metrics`)).text();
  expect(metrics).toMatch(/^homing_director_ring_state\{state="synced"\} 1$/m);
  expect(metrics).toMatch(/^homing_director_peer_sent_bytes_total\{peer="127\.3\.0\.2:\d+",side="right"\} [1-9]\d+$/m);
  const status: unknown = await (await fetch(`http://127.3.0.1:${port}/status.json`)).json();
  expect(status).toMatchObject({ users: 0, ring: { state: 'synced' } });
  server.close();
});
