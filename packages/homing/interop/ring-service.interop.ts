/** What Homing's ring has beside Dovecot's, configured as an administrator would: TLS, who may connect, monitoring. */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from './lib/certificate.ts';
import { makeInstanceDir } from './lib/server.ts';
import { until } from './lib/until.ts';
import { loginAll } from './ring/login-load.ts';
import { loopback } from './ring/network.ts';
import { agreed, createRing, formed, RING_PORT } from './ring/ring.ts';

const NETWORK = 150;
const USERS = Array.from({ length: 20 }, (_, i) => `user${i}`);

/** All that comes until the other side closes. */
const sayPlain = async (from: string, to: string): Promise<string> => {
  const socket = connect({ host: to, port: RING_PORT, localAddress: from });
  socket.on('error', () => {});
  socket.write(`VERSION\tdirector\t1\t9\nME\t${from}\t${RING_PORT}\t1795307196\n`);
  let received = '';
  socket.setEncoding('latin1').on('data', (bytes: string) => {
    received += bytes;
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return received;
};

const getPage = async (socketPath: string, path: string): Promise<string> => {
  const asked = request({ socketPath, path }).end();
  const [response] = await once(asked, 'response');
  return text(response);
};

const MONITORED = `
service director {
  unix_listener director-metrics {
    mode = 0600
  }
}
`;

test('two directors that agreed on TLS speak nothing else', async () => {
  const network = loopback(NETWORK, 2);
  const addresses = network.places.map(({ address }) => address);
  const dir = await makeInstanceDir();
  onTestFinished(() => rm(dir, { recursive: true }));
  const { cert, key } = await makeCertificate(dir, 'ring', addresses);
  const settings = `
homing_director_tls_servers = ${addresses.join(' ')}
homing_director_tls_ca = <${cert}
homing_director_tls_cert = <${cert}
homing_director_tls_key = <${key}
`;
  await using ring = await createRing({ network, kinds: ['homing', 'homing'], settings });
  for (const member of ring.members) await member.start();
  await formed(ring.members);
  await loginAll(ring.members, USERS);
  await agreed(ring.members);
  const [one = '', other = ''] = addresses;
  expect(await sayPlain(other, one)).not.toContain('VERSION');
  await until('a line of the refusal', 5000, () =>
    /director\(\S+\): .*TLS handshake failed: .*wrong version number/.test(ring.members[0]?.log() ?? ''),
  );
  await formed(ring.members);
});

test('who may connect, and what monitoring sees', async () => {
  const network = loopback(NETWORK + 1, 2);
  const settings = `homing_director_allow_nets = 127.2.${NETWORK + 1}.8/29\n${MONITORED}`;
  await using ring = await createRing({ network, kinds: ['homing', 'homing'], settings });
  for (const member of ring.members) await member.start();
  await formed(ring.members);
  await loginAll(ring.members, USERS);
  await agreed(ring.members);
  const [first] = ring.members;
  const address = first?.place.address ?? '';
  expect(await sayPlain(`127.2.${NETWORK + 1}.7`, address)).toBe('');
  // A line reaches the log by way of the master, perhaps after the connection has ended.
  const refusal = `Connection from 127.2.${NETWORK + 1}.7: Server not listed in director_servers, dropping`;
  await until('a line of the refusal', 5000, () => first?.log().includes(refusal));
  const socket = first?.socket('director-metrics') ?? '';
  const metrics = await getPage(socket, '/metrics');
  expect(metrics).toContain('\nhoming_director_ring_state{state="synced"} 1\n');
  expect(metrics).toContain(`\nhoming_director_users ${USERS.length}\n`);
  expect(metrics).toMatch(/^homing_director_peer_sent_bytes_total\{peer="127\.2\.151\.2:24201",side="right"\} [1-9]/m);
  const status: unknown = JSON.parse(await getPage(socket, '/status.json'));
  expect(status).toMatchObject({
    users: USERS.length,
    ring: { directors: network.places.map((place) => `${place.address}:${RING_PORT}`) },
  });
});
