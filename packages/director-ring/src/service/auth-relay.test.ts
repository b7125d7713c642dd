/** Login processes and auth servers of different series, scripted, with the director between them. */
import { readFixtures } from '@homing/wire/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startTestDirector as start } from '../testing/start.ts';

type Accept = 'acceptAuth' | 'acceptUserdb';

/** A client and an auth server of these minor versions, whose hellos are over. */
const relay = async (
  client: number,
  server: number,
  accept: Accept = 'acceptAuth',
  settings: Parameters<typeof start>[0] = {},
) => {
  const { director, auth, logged, open } = await start(settings);
  const peer = await open(director[accept]);
  peer.outlet?.send(`VERSION\t1\t${client}\n`);
  auth.outlet?.send(`VERSION\t1\t${server}\n`);
  const [toServer, toClient] = [auth.received.length, peer.received.length];
  return {
    auth,
    peer,
    logged,
    /** What the other side gets of it. */
    ask: (bytes: string): string => {
      peer.outlet?.send(bytes);
      return auth.received.slice(toServer);
    },
    answer: (bytes: string): string => {
      auth.outlet?.send(bytes);
      return peer.received.slice(toClient);
    },
  };
};

const AUTH24 = 'AUTH\t1\tPLAIN\tprotocol=imap\tfinal-resp-ok\tresp=AGEAYg==\n';
const AUTH23 = AUTH24.replace('protocol=', 'service=');

describe('what a client sends', () => {
  test.each([
    [2, 2, AUTH23, AUTH23],
    [2, 4, AUTH23, AUTH23],
    [3, 3, AUTH24, AUTH24],
    [3, 4, AUTH24, AUTH24],
    [4, 3, AUTH24, AUTH24],
    [3, 2, AUTH24, AUTH23],
    [4, 2, `${AUTH24}CONT\t1\tAA==\nCANCEL\t1\n`, `${AUTH23}CONT\t1\tAA==\nCANCEL\t1\n`],
  ])('minor %i to minor %i', async (client, server, sent, received) => {
    expect((await relay(client, server)).ask(sent)).toBe(received);
    expect((await relay(client, server)).ask(sent.slice(0, 20))).toBe(
      server < 3 && client >= 3 ? '' : sent.slice(0, 20),
    );
  });

  test('lookups of LMTP and doveadm 2.4 at an auth server of 2.3, whatever their ids and line ends are', async () => {
    const { ask } = await relay(4, 1, 'acceptUserdb');
    const sent =
      'PASS\t3657170945\talice\tprotocol=lmtp\tlip=127.0.0.1\r\nUSER\t1\talice\tprotocol=lmtp\nLIST\t2\tuser=*\tprotocol=doveadm\n';
    expect(ask(sent)).toBe(sent.replaceAll('protocol=', 'service=').replace('\r', ''));
  });

  test('is the same however it is cut', async () => {
    const sent = `VERSION\t1\t3\nCPID\t4242\n${AUTH24}${AUTH24}`;
    for (const server of [2, 4]) {
      const { director, auth, open } = await start();
      const peer = await open(director.acceptAuth);
      const half = Math.floor(sent.length / 2);
      for (const byte of sent.slice(0, half)) peer.outlet?.send(byte);
      // Nothing but the client's own version is out before it is known what the server understands.
      expect(auth.received).toBe('VERSION\t1\t3\n');
      auth.outlet?.send(`VERSION\t1\t${server}\n`);
      for (const byte of sent.slice(half)) peer.outlet?.send(byte);
      expect(auth.received).toBe(server < 3 ? sent.replaceAll('protocol=', 'service=') : sent);
    }
  });

  test('whatever it is, what the server gets never depends on where reads were cut', async () => {
    const pieces = ['VERSION\t1\t', '3', '2', 'x', '\n', '\t', 'AUTH\t1\tPLAIN', 'protocol=imap', 'CPID\t4', '\r'];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 25 }).map((parts) => parts.join(''));
    const cut = (bytes: string, at: readonly number[]): string[] => {
      const points = [0, ...at.map((n) => n % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
      return points.slice(1).map((end, i) => bytes.slice(points[i], end));
    };
    const received = async (reads: readonly string[], server: number): Promise<string> => {
      const { director, auth, open } = await start();
      const peer = await open(director.acceptAuth);
      for (const read of reads) peer.outlet?.send(read);
      auth.outlet?.send(`VERSION\t1\t${server}\n`);
      return auth.received;
    };
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(), { maxLength: 5 }), fc.constantFrom(2, 4), async (bytes, at, server) => {
        expect(await received(cut(bytes, at), server)).toBe(await received([bytes], server));
      }),
      { numRuns: 40 },
    );
  });

  test('16384 bytes are a line for an auth server of 2.3; one more closes both ends', async () => {
    const longest = AUTH24.replace('\n', 'A'.repeat(16_384 - AUTH24.length)).concat('\n');
    const { ask, auth, peer, logged } = await relay(3, 2);
    expect(longest).toHaveLength(16_384);
    expect(ask(longest)).toBe(longest.replace('protocol=', 'service='));
    ask('x'.repeat(16_384));
    expect([peer.ended, auth.ended]).toEqual([true, true]);
    expect(logged().slice(-1)).toEqual(['BUG: Auth client sent us more than 16384 bytes']);
  });

  test('a client that never ends its first line is passed on unread', async () => {
    const { director, auth, open } = await start();
    const peer = await open(director.acceptAuth);
    peer.outlet?.send('x'.repeat(1023));
    expect(auth.received).toBe('');
    peer.outlet?.send('xx');
    expect(auth.received).toBe('x'.repeat(1025));
  });
});

describe('what a client sees', () => {
  test.each([
    [2, ''],
    [3, ''],
    [4, 'CANCELLED\t1\n'],
  ])('minor %i and CANCELLED', async (minor, seen) => {
    expect((await relay(minor, 4)).answer('CANCELLED\t1\nOK\t2\tuser=a\n')).toBe(`${seen}OK\t2\tuser=a\n`);
  });

  test.each([
    [2, ''],
    [3, 'MECH\tSCRAM-SHA-256-PLUS\tmutual-auth\tchannel-binding\n'],
  ])('minor %i and mechanisms that bind to the channel', async (minor, seen) => {
    const plus = 'MECH\tSCRAM-SHA-256-PLUS\tmutual-auth\tchannel-binding\n';
    const others = 'MECH\tSCRAM-SHA-256\tmutual-auth\nMECH\tDOVECOT-TOKEN\tprivate\n';
    expect((await relay(minor, 4)).answer(`${others}${plus}`)).toBe(`${others}${seen}`);
  });

  test('CONT with channel binding, and out of band, in both directions', async () => {
    const { ask, answer } = await relay(3, 3);
    const conts = 'CONT\t1\tcj1yUHBm\tchannel_binding=tls-unique\nCONT\t1\t#\tchannel_binding=tls-exporter\n';
    expect([answer(conts), ask(conts)]).toEqual([conts, conts]);
  });

  test.each([
    ['FAIL\t1\tuser=a\tproxy\thost=10.0.0.1\tport=143\treason=R', 'FAIL\t1\tuser=a\treason=R'],
    ['FAIL\t1\tuser=a\tproxy=y\tproxy_maybe\thostip=10.0.0.1', 'FAIL\t1\tuser=a'],
    ['FAIL\t1\tuser=a\tproxyx=1\thostile\tcode=temp_fail', 'FAIL\t1\tuser=a\tproxyx=1\thostile\tcode=temp_fail'],
    ['NOTFOUND\t1\tproxy', 'NOTFOUND\t1\tproxy'],
  ])('%j', async (line, seen) => {
    expect((await relay(3, 3)).answer(`${line}\n`)).toBe(`${seen}\n`);
  });
});

test.each([
  [2, 'OK\t1\tuser=a\tnologin\thost=10.0.0.9\tproxy\tproxy_timeout=5'],
  [3, 'OK\t1\tuser=a\tnologin=\thost=10.0.0.9\tproxy=yes\tproxy_timeout=5'],
])('minor %i and how an auth server of 2.4 writes flags', async (minor, seen) => {
  const { answer } = await relay(minor, 3);
  expect(answer('OK\t1\tuser=a\tnologin=\thost=10.0.0.9\tproxy=yes\tproxy_timeout=5\n')).toBe(`${seen}\n`);
});

/** What was added to replies without a host. */
const withoutHost = (bytes: string): string => bytes.replace(/\tproxy_refresh=30\thost=10\.2\.0\.\d+$/gm, '');

test.each(
  ['auth-client', 'auth-client-2.4', 'auth-master', 'auth-master-2.4']
    .flatMap(readFixtures)
    .map((fixture) => [fixture.name, fixture] as const),
)('%s passes in both directions as it was recorded', async (name, { steps }) => {
  const { director, auth, open } = await start({ director_mail_servers: '10.2.0.11 10.2.0.12@gold' });
  const peer = await open(name.startsWith('auth-client') ? director.acceptAuth : director.acceptUserdb);
  const sent = { C: '', S: '' };
  for (const step of steps) {
    if (step.from === 'log' || step.on !== 1 || 'close' in step) continue;
    sent[step.from] += step.bytes;
    (step.from === 'C' ? peer : auth).outlet?.send(step.bytes);
  }
  expect(auth.received).toBe(sent.C);
  expect(withoutHost(peer.received)).toBe(sent.S);
});

describe('LMTP is never told to proxy without a host', () => {
  test.each([
    ['PASS\t1\tproxy=y', 'FAIL\t1\tcode=temp_fail'],
    ['PASS\t1\tproxy\tport=24', 'FAIL\t1\tcode=temp_fail'],
    ['PASS\t1\tuser=alice\tproxy\thost=\tport=24', 'FAIL\t1\tcode=temp_fail'],
    ['PASS\t1\tport=24', 'PASS\t1\tport=24'],
    ['PASS\t1\tproxy\thost=10.0.0.9', 'PASS\t1\tproxy\thost=10.0.0.9'],
  ])('%j', async (line, seen) => {
    const { answer, logged } = await relay(3, 3, 'acceptUserdb');
    expect(answer(`${line}\n`)).toBe(`${seen}\n`);
    expect(logged()).toEqual(
      seen.startsWith('FAIL')
        ? ['director: Auth server sent proxy with neither a host nor a user, or with an empty host']
        : [],
    );
  });
});

describe('director_proxy_maybe without proxy, from an auth server that says where the login came to', () => {
  const LINE = 'OK\t7\tuser=alice\tdirector_proxy_maybe=yes\tlport=143\tpass=pw';

  test('another server: it is proxied, and the auth server forgets the login', async () => {
    const { answer, auth } = await relay(3, 3);
    expect(answer(`${LINE}\tlip=10.9.9.9\n`)).toBe(`${LINE}\tlip=10.9.9.9\tproxy\tproxy_refresh=30\thost=10.2.0.11\n`);
    expect(auth.received).toBe('VERSION\t1\t3\nCANCEL\t7\n');
  });

  test('this very server: it stays what it is', async () => {
    const { answer, auth } = await relay(3, 3);
    expect(answer(`${LINE}\tlip=10.2.0.11\n`)).toBe(`${LINE}\tlip=10.2.0.11\n`);
    expect(auth.received).toBe('VERSION\t1\t3\n');
  });

  test('without lip nobody can tell: as 2.3 has it', async () => {
    const { answer, auth } = await relay(3, 3);
    expect(answer(`${LINE}\n`)).toBe(`${LINE}\tproxy_refresh=30\thost=10.2.0.11\n`);
    expect(auth.received).toBe('VERSION\t1\t3\n');
  });

  test('the cancellation never comes into the middle of a line', async () => {
    const { ask, answer } = await relay(3, 3);
    const before = ask('AUTH\t8\tPLAIN\tprotocol=imap\tresp=AA');
    answer(`${LINE}\tlip=10.9.9.9\n`);
    expect(ask('==')).toBe(`${before}==`);
    expect(ask('\nCONT\t9\tAA==\n')).toBe(`${before}==\nCONT\t9\tAA==\nCANCEL\t7\n`);
  });

  test('to an auth server of 2.3 it goes between the lines as well', async () => {
    const { ask, answer } = await relay(3, 2);
    const before = ask('AUTH\t8\tPLAIN\tprotocol=imap\tresp=AA');
    answer(`${LINE}\tlip=10.9.9.9\n`);
    expect(ask('==\n')).toBe(`${before}CANCEL\t7\nAUTH\t8\tPLAIN\tservice=imap\tresp=AA==\n`);
  });

  test('no server at all: a temporary failure, and the auth server forgets the login', async () => {
    const { answer, auth } = await relay(3, 3, 'acceptAuth', { director_username_hash: '%x' });
    expect(answer(`${LINE}\tlip=10.9.9.9\n`)).toBe('FAIL\t7\tcode=temp_fail\n');
    expect(auth.received).toBe('VERSION\t1\t3\nCANCEL\t7\n');
  });

  test('a lookup leaves nothing behind to forget', async () => {
    const { answer, auth } = await relay(3, 3, 'acceptUserdb');
    const line = 'PASS\t7\tuser=alice\tdirector_proxy_maybe\tlip=10.9.9.9';
    expect(answer(`${line}\n`)).toBe(`${line}\tproxy\tproxy_refresh=30\thost=10.2.0.11\n`);
    expect(auth.received).toBe('VERSION\t1\t3\n');
  });
});
