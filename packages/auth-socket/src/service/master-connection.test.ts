import { createHmac } from 'node:crypto';
import type { PeerCredentials } from '@homing/io';
import { describe, expect, test } from 'vitest';
import { createTestDeps, type TestDeps } from '../core/testing/driver-deps.ts';
import { openPeer, type TestPeer } from '../testing/peer.ts';
import { passdb, type Site, startTestAuth, type TestAuth, userdb } from '../testing/start.ts';
import type { SocketFile } from './auth-server-options.ts';

const USERS = `alice:{PLAIN}secret:10000:10000::/home/alice::
nobody:{PLAIN}secret:65534:65534::/::
bare:{PLAIN}secret::::::
`;
const FILE: SocketFile = { path: '/run/dovecot/auth-userdb', mode: 0o666, uid: 1000, gid: 1000 };
const STRANGER: PeerCredentials = { pid: 77, uid: 65_534, gid: 65_534 };

const deps = (): TestDeps => {
  const made = createTestDeps();
  made.memory.set('/users', { text: USERS });
  return made;
};
const site = (more: Site = {}): Site => ({
  passdbs: [passdb({ driver: 'passwd-file', args: '/users' })],
  userdbs: [userdb({ driver: 'passwd-file', args: '/users' })],
  ...more,
});

const open = (
  { server }: TestAuth,
  type: 'master' | 'userdb' = 'userdb',
  file?: SocketFile,
  credentials?: PeerCredentials,
): TestPeer => {
  const peer = openPeer(server.serve(type, file), credentials);
  expect(peer.lines()).toEqual(['VERSION\t1\t4', 'SPID\t10001']);
  peer.send('VERSION\t1\t0\r\n');
  return peer;
};

const ask = async (server: TestAuth, lines: string): Promise<string[]> => {
  const peer = open(server);
  peer.send(lines);
  await new Promise(setImmediate);
  return peer.lines();
};

describe('userdb chain', () => {
  const A = { args: 'allow_all_users=yes A=1 both=a' };
  const B = { args: 'allow_all_users=yes B=1 both=b' };
  const fails = { args: 'allow_all_users=yes x=%{nosuch}' };
  const none = { driver: 'passwd-file', args: '/users' };
  test.each<[string, Site['userdbs'], string]>([
    ['the first that knows the user', [userdb(A), userdb(B)], 'USER\t1\tzoe\tA=1\tboth=a'],
    ['one that does not is passed over', [userdb(none), userdb(B)], 'USER\t1\tzoe\tB=1\tboth=b'],
    ['nobody knows', [userdb(none)], 'NOTFOUND\t1'],
    [
      'continue-ok collects',
      [userdb({ ...A, result_success: 'continue-ok' }), userdb(B)],
      'USER\t1\tzoe\tA=1\tboth=b\tB=1',
    ],
    [
      'skip=found',
      [userdb({ ...A, result_success: 'continue-ok' }), userdb({ ...B, skip: 'found' })],
      'USER\t1\tzoe\tA=1\tboth=a',
    ],
    ['skip=notfound', [userdb(none), userdb({ ...A, skip: 'notfound' }), userdb(B)], 'USER\t1\tzoe\tB=1\tboth=b'],
    ['a failure is worth another try', [userdb(fails), userdb(none)], 'FAIL\t1'],
    ['but not if somebody else knows', [userdb(fails), userdb(B)], 'USER\t1\tzoe\tB=1\tboth=b'],
    ['result_failure=return-fail', [userdb({ ...none, result_failure: 'return-fail' }), userdb(B)], 'NOTFOUND\t1'],
    [
      'default and override fields',
      [userdb({ ...A, default_fields: 'both=d d=1', override_fields: 'A=9 both:protected=o n=%n' })],
      'USER\t1\tzoe\tboth=a\td=1\tA=9\tn=zoe',
    ],
    [
      'tempfail with a reason',
      [userdb({ args: 'allow_all_users=yes reason=later tempfail=y' })],
      'FAIL\t1\treason=later',
    ],
    ['another name', [userdb({ args: 'allow_all_users=yes user=zed domain=example.org' })], 'USER\t1\tzed@example.org'],
    [
      'ids by name',
      [userdb({ args: 'allow_all_users=yes', override_fields: 'uid=vmail gid=vmail' })],
      'USER\t1\tzoe\tuid=5000\tgid=5001',
    ],
    ['an id nobody has', [userdb({ args: 'allow_all_users=yes', override_fields: 'uid=nosuch' })], 'FAIL\t1'],
    [
      'the owner of a file',
      [userdb({ args: 'allow_all_users=yes uidgid_file=/home/%u' })],
      'USER\t1\tzoe\tuid=7\tgid=8',
    ],
    ['prefetch alone knows nobody', [userdb({ driver: 'prefetch' })], 'FAIL\t1'],
    ['static asks the passdbs first', [userdb({ args: 'x=1' })], 'NOTFOUND\t1'],
  ])('%s', async (_, userdbs, reply) => {
    await using server = await startTestAuth(site({ userdbs: userdbs ?? [] }), deps());
    expect(await ask(server, 'USER\t1\tzoe\tservice=lmtp\n')).toEqual([reply]);
  });

  test('static without allow_all_users finds whom a passdb knows', async () => {
    await using server = await startTestAuth(site({ userdbs: [userdb({ args: 'x=1' })] }), deps());
    expect(await ask(server, 'USER\t1\talice\tservice=lmtp\n')).toEqual(['USER\t1\talice\tx=1']);
  });
});

test('requests in one write are answered with their ids, 32 bits wide', async () => {
  await using server = await startTestAuth(site(), deps());
  const lines = 'USER\t4294967295\talice\tprotocol=lmtp\r\nPASS\t2\tnosuch\tservice=x\r\nPASS\t3\talice\tservice=x\r\n';
  expect(await ask(server, lines)).toEqual([
    'USER\t4294967295\talice\tuid=10000\tgid=10000\thome=/home/alice',
    'NOTFOUND\t2',
    'PASS\t3\tuser=alice',
  ]);
});

describe('a peer that does not own a 0666 socket', () => {
  const restricted = async (lines: string): Promise<{ replies: string[]; logged: string[] }> => {
    await using server = await startTestAuth(site(), deps());
    const peer = open(server, 'userdb', FILE, STRANGER);
    peer.send(lines);
    return { replies: peer.lines(), logged: server.logged() };
  };
  test('sees itself', async () => {
    const { replies, logged } = await restricted(
      'USER\t1\tnobody\tservice=x\nUSER\t2\talice\tservice=x\nUSER\t3\tbare\tservice=x\n',
    );
    expect(replies).toEqual(['USER\t1\tnobody\tuid=65534\tgid=65534\thome=/', 'FAIL\t2', 'FAIL\t3']);
    const bypass = '(to bypass this check, set: service auth { unix_listener /run/dovecot/auth-userdb { mode=0777 } })';
    expect(logged).toEqual([
      `error: userdb(alice): client doesn't have lookup permissions for this user: userdb uid (10000) doesn't match peer uid (65534) ${bypass}`,
      `error: userdb(bare): client doesn't have lookup permissions for this user: userdb reply doesn't contain uid ${bypass}`,
    ]);
  });
  test('may neither look at passdbs nor list', async () => {
    const { replies, logged } = await restricted('PASS\t1\tnobody\tservice=x\nLIST\t2\tservice=x\n');
    expect(replies).toEqual(['FAIL\t1', 'DONE\t2\tfail']);
    const why = '/run/dovecot/auth-userdb mode=0666, but not owned by UID 65534(nobody)';
    expect(logged[0]).toBe(`error: passdb(nobody): Auth client doesn't have permissions to do a PASS lookup: ${why}`);
    expect(logged[1]).toContain(
      `auth-master client: Auth client doesn't have permissions to list users: ${why} (created `,
    );
  });
  test('is disconnected if it cannot be known', async () => {
    await using server = await startTestAuth(site(), deps());
    const peer = openPeer(server.server.serve('userdb', FILE));
    expect(peer.isClosed()).toBe(true);
    expect(server.logged()[0]).toContain("userdb connection: Failed to get peer's credentials");
  });
});

describe('LIST', () => {
  test('a second one fails while the first runs, and reading stops meanwhile', async () => {
    await using server = await startTestAuth(site(), deps());
    const peer = open(server);
    peer.send('LIST\t1\tservice=x\nLIST\t2\n');
    expect(peer.lines()).toEqual(['DONE\t2\tfail']);
    expect(peer.isPaused()).toBe(true);
    await expect.poll(() => peer.isPaused()).toBe(false);
    expect(peer.lines()).toEqual(['LIST\t1\talice', 'LIST\t1\tnobody', 'LIST\t1\tbare', 'DONE\t1\t']);
  });
  test('asks for no more while the peer does not read', async () => {
    await using server = await startTestAuth(site(), deps());
    const peer = open(server);
    peer.stopReading();
    peer.send('LIST\t1\n');
    await expect.poll(() => peer.lines()).toEqual(['LIST\t1\talice']);
    peer.readOn();
    await expect.poll(() => peer.isPaused()).toBe(false);
    expect(peer.lines()).toEqual(['LIST\t1\tnobody', 'LIST\t1\tbare', 'DONE\t1\t']);
  });
  test('ends with a peer that left without having read', async () => {
    await using server = await startTestAuth(site(), deps());
    const peer = open(server);
    peer.stopReading();
    peer.send('LIST\t1\n');
    await expect.poll(() => peer.lines()).toEqual(['LIST\t1\talice']);
    peer.end();
    await expect.poll(() => peer.isPaused()).toBe(false);
    expect(peer.lines()).toEqual([]);
  });
  test('without a userdb that can', async () => {
    await using server = await startTestAuth(site({ userdbs: [userdb({})] }), deps());
    expect(await ask(server, 'LIST\t1\n')).toEqual(['DONE\t1\tfail']);
    expect(server.logged()[0]).toContain("Trying to iterate users, but userdbs don't support it");
  });
  test('a userdb that breaks down in the middle', async () => {
    const made = deps();
    await using server = await startTestAuth(site(), made);
    made.memory.set('/users', { text: '', error: 'EACCES' });
    const peer = open(server);
    peer.send('LIST\t1\n');
    await expect.poll(() => peer.received()).toContain('DONE\t1\tfail\n');
  });
});

describe('REQUEST', () => {
  const login = async (server: TestAuth, params = '', bytes = '\0alice\0secret'): Promise<string> => {
    const peer = openPeer(server.server.serve('login', undefined));
    peer.send('VERSION\t1\t2\nCPID\t4242\n');
    const cookie = /COOKIE\t(\w+)/.exec(peer.received())?.[1] ?? '';
    const resp = Buffer.from(bytes).toString('base64');
    peer.send(`AUTH\t1\tPLAIN\tservice=imap\tsession=S1${params}\tresp=${resp}\n`);
    return cookie;
  };

  test('gives a token that the secret proves', async () => {
    await using server = await startTestAuth(site(), deps());
    const cookie = await login(server);
    const peer = open(server, 'master', undefined, { pid: 900, uid: 0, gid: 0 });
    peer.send(`REQUEST\t5\t4242\t1\t${cookie}\tsession_pid=900\trequest_auth_token\n`);
    const token = createHmac('sha1', 'alice')
      .update(`900S1imap${'s'.repeat(32)}`)
      .digest('hex');
    const reply = `USER\t5\talice\tuid=10000\tgid=10000\thome=/home/alice\tauth_mech=PLAIN\tauth_token=${token}`;
    expect(peer.lines()).toEqual([reply]);
  });

  test.each<[string, (cookie: string) => string, RegExp]>([
    [
      'the login is fetched twice',
      (cookie) => `REQUEST\t1\t4242\t1\t${cookie}\nREQUEST\t2\t4242\t1\t${cookie}`,
      /Master request 4242\.1 not found/,
    ],
    ['another cookie', (cookie) => `REQUEST\t2\t4242\t1\tff${cookie.slice(2)}`, /client 4242 with invalid cookie/],
    ['a shorter cookie', (cookie) => `REQUEST\t2\t4242\t1\t${cookie.slice(2)}`, /client 4242 with invalid cookie/],
    ['another client', (cookie) => `REQUEST\t2\t4243\t1\t${cookie}`, /nonexistent client 4243/],
    [
      'another process',
      (cookie) => `REQUEST\t2\t4242\t1\t${cookie}\tsession_pid=901`,
      /Session pid 901 provided by master for request 4242\.1 did not match peer credentials \(pid=900, uid=0\)/,
    ],
  ])('%s: FAIL', async (_, lines, logged) => {
    await using server = await startTestAuth(site(), deps());
    const cookie = await login(server);
    const peer = open(server, 'master', undefined, { pid: 900, uid: 0, gid: 0 });
    peer.send(`${lines(cookie)}\n`);
    expect(peer.lines().at(-1)).toBe('FAIL\t2');
    expect(server.logged().join('\n')).toMatch(logged);
  });

  test('a login that is not finished', async () => {
    await using server = await startTestAuth(site(), deps());
    const peer = openPeer(server.server.serve('login', undefined));
    peer.send('VERSION\t1\t2\nCPID\t4242\nAUTH\t1\tPLAIN\tservice=imap\n');
    const cookie = /COOKIE\t(\w+)/.exec(peer.received())?.[1] ?? '';
    const master = open(server, 'master');
    master.send(`REQUEST\t2\t4242\t1\t${cookie}\n`);
    expect(master.lines()).toEqual(['FAIL\t2']);
    expect(server.logged().join()).toContain('Master requested unfinished authentication request 4242.1');
  });

  test('prefetched fields are those of the passdb', async () => {
    const prefetch = site({
      passdbs: [passdb({ args: 'password=secret userdb_home=/h userdb_uid=vmail userdb_x:protected=1' })],
      userdbs: [userdb({ driver: 'prefetch' })],
    });
    await using server = await startTestAuth(prefetch);
    const cookie = await login(server);
    const peer = open(server, 'master');
    peer.send(`REQUEST\t5\t4242\t1\t${cookie}\n`);
    expect(peer.lines()).toEqual(['USER\t5\talice\thome=/h\tuid=5000\tx=1\tauth_mech=PLAIN']);
  });
});

test.each([
  ['x'.repeat(1025), 'BUG: Master sent us more than 1024 bytes'],
  ['FOO\t1\n', 'BUG: Unknown command in userdb socket: FOO?1'],
  ['REQUEST\t1\t2\t3\taa\n', 'BUG: Unknown command in userdb socket: REQUEST?1?2?3?aa'],
  ['USER\tx\ta\n', 'BUG: Master sent broken USER'],
])('%j ends the connection with one line', async (bytes, text) => {
  await using server = await startTestAuth(site(), deps());
  const peer = open(server);
  peer.send(bytes);
  expect(peer.isClosed()).toBe(true);
  expect(server.logged()).toEqual([expect.stringContaining(`auth-master client: ${text} (created 0 msecs ago`)]);
});

test('there is no cache to flush, and the administrator is told of it', async () => {
  await using server = await startTestAuth(site({ settings: { auth_cache_size: 1024 } }), deps());
  const peer = open(server, 'master');
  peer.send('CACHE-FLUSH\t1\talice\nCACHE-FLUSH\tx\n');
  expect(peer.lines()).toEqual(['OK\t1\t0', 'OK\tx\t0']);
  expect(server.logged()).toEqual([
    'warning: auth_cache_size is set, but there is no auth cache: every request asks the databases',
  ]);
});

test('a reply that no client would take is a failure', async () => {
  const long = 'x'.repeat(8200);
  await using server = await startTestAuth(
    site({ userdbs: [userdb({ args: `allow_all_users=yes long=${long}` })] }),
    deps(),
  );
  expect(await ask(server, 'USER\t1\tzoe\tservice=lmtp\n')).toEqual(['FAIL\t1']);
});
