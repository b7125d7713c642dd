import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openPeer, type TestPeer } from '../testing/peer.ts';
import { configOf, passdb, type Site, startTestAuth, type TestAuth } from '../testing/start.ts';

const HELLO = 'VERSION\t1\t2\nCPID\t4242\n';
const resp = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const auth = (id: number, credentials = '\0alice\0secret', params = 'service=imap'): string =>
  `AUTH\t${id}\tPLAIN\t${params}\tresp=${resp(credentials)}\n`;

const open = (server: TestAuth, type: 'login' | 'client' = 'client', hello = HELLO): TestPeer => {
  const peer = openPeer(server.server.serve(type, undefined));
  peer.send(hello);
  peer.lines();
  return peer;
};

afterEach(() => vi.useRealTimers());

test('each connection has its own number and cookie, all the same SPID', async () => {
  let n = 0;
  await using server = await startTestAuth({}, undefined, {
    randomBytes: (count) => String.fromCharCode(++n).repeat(count),
  });
  const hellos = [1, 2].map(() => openPeer(server.server.serve('login', undefined)).lines());
  expect(hellos.map((lines) => lines.slice(3))).toEqual([
    ['SPID\t10001', 'CUID\t1', `COOKIE\t${'01'.repeat(16)}`, 'DONE'],
    ['SPID\t10001', 'CUID\t2', `COOKIE\t${'02'.repeat(16)}`, 'DONE'],
  ]);
});

test('more requests than a connection may have fail at once, until some are answered', async () => {
  vi.useFakeTimers();
  await using server = await startTestAuth({ settings: { auth_failure_delay: 2 } });
  const peer = open(server);
  const other = open(server);
  let flood = '';
  for (let id = 1; id <= 20_001; id++) flood += auth(id, '\0alice\0wrong');
  for (const line of flood.match(/[\s\S]{1,16000}/g) ?? []) peer.send(line);
  expect(peer.lines()).toEqual(['FAIL\t20001\tcode=temp_fail\treason=Too many requests are under way']);
  other.send(auth(1));
  expect(other.lines()).toEqual(['OK\t1\tuser=alice']);
  server.advance(3000);
  vi.advanceTimersByTime(3000);
  expect(peer.lines()).toHaveLength(20_000);
  peer.send(auth(1));
  expect(peer.lines()).toEqual(['OK\t1\tuser=alice']);
  expect(server.logged()).toContainEqual('warning: Too many requests are under way: refused 1');
});

test.each([
  ['two live requests of one id', 'AUTH\t1\tPLAIN\tservice=imap\n'.repeat(2), /4242 sent a duplicate ID 1$/],
  ['an id after OK', auth(1).repeat(2), /4242 sent a duplicate ID 1$/],
  ['no service', auth(1, undefined, 'x'), /4242 didn't specify service in request$/],
  [
    'a mechanism we do not have',
    'AUTH\t1\tCRAM-MD5\tservice=imap\n',
    /4242 requested unsupported authentication mechanism CRAM-MD5$/,
  ],
  ['a command', 'FOO\tb\x1bar\n', /sent unknown command: FOO\?b\?ar$/],
  ['a line over 16384 bytes', `${'x'.repeat(16_385)}`, /BUG: Auth client 4242 sent us more than 16384 bytes$/],
])('%s ends the connection with one line', async (_, bytes, text) => {
  await using server = await startTestAuth({});
  const peer = open(server, 'login');
  peer.send(bytes);
  expect(peer.isClosed()).toBe(true);
  expect(server.logged()).toEqual([expect.stringMatching(text)]);
  expect(server.logged()[0]).toMatch(/^error: BUG: Auth/);
});

test('16383 bytes and LF are a line, 16384 bytes are not yet too many, one more is', async () => {
  await using server = await startTestAuth({});
  const line = auth(1, undefined, 'service=imap\tx=');
  const full = line.replace('x=', `x=${'y'.repeat(16_384 - line.length)}`);
  expect(full).toHaveLength(16_384);
  const peer = open(server);
  peer.send(full);
  expect(peer.lines()).toEqual(['OK\t1\tuser=alice']);
  peer.send('z'.repeat(16_384));
  expect(peer.isClosed()).toBe(false);
  peer.send('\n');
  expect(peer.isClosed()).toBe(true);
});

test('a pid is taken while its connection lives', async () => {
  await using server = await startTestAuth({});
  const first = open(server, 'login');
  expect(open(server, 'login').isClosed()).toBe(true);
  first.end();
  expect(open(server, 'login').isClosed()).toBe(false);
  expect([open(server), open(server)].map((peer) => peer.isClosed())).toEqual([false, false]);
});

test('a client that leaves takes its requests along and is told of', async () => {
  await using server = await startTestAuth({});
  const peer = open(server, 'login');
  peer.send(`AUTH\t1\tPLAIN\tservice=imap\n${auth(2)}`);
  peer.end();
  expect(server.logged()).toEqual(['error: auth client 4242 disconnected with 2 pending requests: EOF']);
});

test('failures come 2 s later and successes at once', async () => {
  vi.useFakeTimers();
  await using server = await startTestAuth({ settings: { auth_failure_delay: 2 } });
  const peer = open(server);
  const pass = (ms: number): void => {
    server.advance(ms);
    vi.advanceTimersByTime(ms);
  };
  peer.send(`${auth(1, '\0alice\0bad')}${auth(2)}AUTH\t3\tPLAIN\tservice=imap\tresp=!!!!\n`);
  expect(peer.lines()).toEqual([
    'OK\t2\tuser=alice',
    'FAIL\t3\tcode=invalid_base64\treason=Invalid base64 data in initial response',
  ]);
  for (let i = 0; i < 3; i++) pass(500);
  expect(peer.lines()).toEqual([]);
  pass(500);
  expect(peer.lines()).toEqual(['FAIL\t1\tuser=alice']);
  expect(vi.getTimerCount()).toBe(1);
});

test('150 s without a word end a request, and only that', async () => {
  vi.useFakeTimers();
  await using server = await startTestAuth({});
  const peer = open(server, 'login');
  peer.send(`${auth(1, undefined, 'service=imap\tsession=S')}AUTH\t2\tLOGIN\tservice=imap\n`);
  peer.lines();
  server.advance(100_000);
  peer.send(`CONT\t2\t${resp('alice')}\n`);
  server.advance(50_000);
  vi.advanceTimersByTime(1000);
  expect(server.logged()).toEqual(['error: plain(alice,<S>): Request 4242.1 timed out after 150 secs, state=3']);
  peer.send(`CONT\t2\t${resp('secret')}\nCONT\t1\t\n`);
  expect(peer.lines()).toEqual([
    'CONT\t2\tUGFzc3dvcmQ6',
    'OK\t2\tuser=alice',
    'FAIL\t1\treason=Authentication request timed out',
  ]);
});

test('delay_until holds a success back', async () => {
  vi.useFakeTimers();
  const site: Site = { passdbs: [passdb({ args: 'password=secret delay_until=1795300005+1' })] };
  await using server = await startTestAuth(site);
  const peer = open(server);
  peer.send(auth(1));
  server.advance(4999);
  vi.advanceTimersByTime(4999);
  expect(peer.lines()).toEqual([]);
  server.advance(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(peer.lines()).toEqual(['OK\t1\tuser=alice']);
});

describe('a proxy host by name', () => {
  const ask = async (args: string, socket: 'login' | 'client' = 'login'): Promise<[string[], string[]]> => {
    await using server = await startTestAuth({ passdbs: [passdb({ args: `password=secret ${args}` })] });
    const peer = open(server, socket);
    peer.send(auth(1, undefined, 'service=imap\tlip=10.0.0.2\tlport=143'));
    await new Promise(setImmediate);
    return [peer.lines(), server.logged()];
  };
  test.each([
    ['proxy=y host=localhost', 'OK\t1\tuser=alice\tproxy\thost=localhost\thostip=127.0.0.1\tpass=secret'],
    ['proxy_maybe=y host=two.example', 'OK\t1\tuser=alice\thostip=10.0.0.1'],
    ['proxy=y host=nosuch.invalid foo=1', 'FAIL\t1\tuser=alice\tcode=temp_fail\tfoo=1'],
  ])('%s', async (args, reply) => {
    expect((await ask(args))[0]).toEqual([reply]);
  });
  test('why it failed is logged', async () => {
    expect((await ask('proxy=y host=nosuch.invalid'))[1]).toEqual([
      'error: proxy(alice): DNS lookup for nosuch.invalid failed: Name or service not known',
    ]);
  });
  test('authentication-only sockets look nothing up', async () => {
    expect((await ask('proxy_maybe=y host=nosuch.invalid', 'client'))[0]).toEqual([
      'OK\t1\tuser=alice\tproxy_maybe=y\thost=nosuch.invalid',
    ]);
  });
});

test('a forwarded field never becomes a field of its own', async () => {
  await using server = await startTestAuth({});
  const peer = open(server);
  peer.send(auth(1, '\0alice\0bad', 'service=imap\tforward_fields=nopassword\x01tproxy=y\x01t\x01n=x\x01t=y'));
  expect(peer.lines()).toEqual(['FAIL\t1\tuser=alice\tforward_nopassword\tforward_proxy=y']);
});

test('no log line holds a password', async () => {
  await using server = await startTestAuth({ settings: { auth_debug: true, auth_verbose: true } });
  const peer = open(server, 'login');
  peer.send(
    `${auth(1, '\0alice\0hunter2')}AUTH\t2\tLOGIN\tservice=imap\nCONT\t2\t${resp('alice')}\nCONT\t2\t${resp('hunter2')}\n`,
  );
  const log = server.logged().join('\n');
  expect(log).toContain('client in: AUTH\t1\tPLAIN\tservice=imap\tresp=<hidden>');
  expect(log).toContain('static(alice): Password mismatch');
  expect(log).not.toContain('hunter2');
  expect(log).not.toContain(resp('hunter2'));
});

test.each([
  ['plain', 'static(alice): Password mismatch (given password: hunter2)'],
  ['plain:3', 'static(alice): Password mismatch (given password: hun)'],
  ['sha1:6', 'static(alice): Password mismatch (SHA1 of given password: f3bbbd)'],
])('auth_verbose_passwords = %s', async (auth_verbose_passwords, line) => {
  await using server = await startTestAuth({ settings: { auth_verbose: false, auth_verbose_passwords } });
  open(server).send(auth(1, '\0alice\0hunter2'));
  expect(server.logged()).toEqual([`info: ${line}`]);
});

test('a reload counts for the next request; a bad one changes nothing', async () => {
  await using server = await startTestAuth({});
  const peer = open(server);
  await server.server.reload(configOf({ passdbs: [passdb({ args: 'password=new' })] }));
  peer.send(auth(1, '\0alice\0new'));
  await expect(server.server.reload(configOf({ settings: { auth_mechanisms: 'foo' } }))).rejects.toThrow(
    "Unknown authentication mechanism 'FOO'",
  );
  peer.send(auth(2, '\0alice\0new'));
  expect(peer.lines()).toEqual(['OK\t1\tuser=alice', 'OK\t2\tuser=alice']);
});

test.each<[Site, string]>([
  [{ settings: { auth_mechanisms: 'plain ntlm' } }, "Unknown authentication mechanism 'NTLM'"],
  [{ settings: { auth_mechanisms: '' } }, 'No authentication mechanisms configured'],
  [
    { settings: { auth_mechanisms: 'anonymous', auth_anonymous_username: '' } },
    'ANONYMOUS listed in mechanisms, but anonymous_username not set',
  ],
  [{ passdbs: [] }, 'No passdbs specified in configuration file. PLAIN mechanism needs one'],
  [{ passdbs: [passdb({ pass: true })] }, "Last passdb can't have pass=yes"],
  [{ passdbs: [passdb({}), passdb({ master: true, deny: true })] }, "Master passdb can't have deny=yes"],
  [{ passdbs: [passdb({ driver: 'nosuch' })] }, "Unknown passdb driver 'nosuch'"],
  [{ settings: { auth_policy_server_url: 'http://x' } }, 'auth_policy_server_url: The policy server is not supported'],
])('refuses to start: %#', async (site, text) => {
  await expect(startTestAuth(site)).rejects.toThrow(text);
});

test('whatever a peer sends, the server lives and says why it closed', async () => {
  const word = fc.constantFrom(
    'AUTH',
    'CONT',
    'CANCEL',
    'VERSION',
    'CPID',
    '1',
    '2',
    'PLAIN',
    'LOGIN',
    'service=imap',
    'resp=',
    'AA==',
    '\n',
    '\t',
  );
  const bytes = fc.array(fc.oneof(word, fc.string({ unit: 'binary-ascii', maxLength: 5 })), { maxLength: 40 });
  await using server = await startTestAuth({});
  fc.assert(
    fc.property(fc.boolean(), bytes, fc.constantFrom('login' as const, 'client' as const), (greets, words, type) => {
      const before = server.logged().length;
      const peer = openPeer(server.server.serve(type, undefined));
      if (greets) peer.send(HELLO);
      peer.send(words.join('\t'));
      if (peer.isClosed()) expect(server.logged().length).toBeGreaterThan(before);
      else peer.end();
    }),
  );
});
