import type { Connect } from '@homing/io';
import { describe, expect, test } from 'vitest';
import { doveadm } from './doveadm.ts';

const HELLO = 'VERSION\tdirector-doveadm\t1\t0\n';

type Script = Readonly<Record<string, string>>;

const END = '<end>';
const SILENT = '<silent>';

/**
 * A server that says `hello` (SILENT: nothing) and answers each line from the script. It closes after a reply with
 * END, and at a line it does not know.
 */
const server =
  (hello: string, script: Script, received: string[]): Connect =>
  async (factory) => {
    const client = factory({
      send: (bytes) => {
        for (const line of bytes.split('\n').slice(0, -1)) {
          if (line.startsWith('VERSION') || line.startsWith('CPID')) continue;
          received.push(line);
          const reply = script[line];
          queueMicrotask(() => {
            if (reply !== undefined) client.receive(reply.replace(END, ''));
            if (reply === undefined || reply.endsWith(END)) client.end();
          });
        }
      },
      isFull: () => false,
      close: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      peer: () => undefined,
    });
    for (const byte of hello === SILENT ? '' : hello) queueMicrotask(() => client.receive(byte));
    if (hello === '') queueMicrotask(() => client.end());
  };

const run = async (line: string, script: Script = {}, hello = HELLO) => {
  const received: string[] = [];
  let out = '';
  let err = '';
  const connect = (): Connect => server(hello, script, received);
  const status = await doveadm(line === '' ? [] : line.split(' '), {
    program: 'homeadm',
    version: 'Homing v0',
    terminalWidth: 80,
    out: (bytes) => {
      out += bytes;
    },
    err: (text) => {
      err += `${text}\n`;
    },
    loadSettings: () => ({
      base_dir: '/run/x',
      director_username_hash: '%Lu',
      auth_socket_path: 'auth-userdb',
      homing_anvil_socket: '',
      homing_auth_login_socket: '',
      homing_auth_userdb_socket: '',
      homing_ipc_socket: '',
    }),
    host: {
      connectUnix: connect,
      connectTcp: connect,
      resolve: async (name) => {
        if (name === 'two.example') return ['10.0.0.1', '10.0.0.2'];
        throw new Error('Name or service not known');
      },
      readInput: () => 'u1@example.com\nu2@example.com\r\n',
      localTime: (seconds) => `T${seconds}`,
      readPassword: async () => 'typed',
      signalServer: async (command) => (command === 'stop' ? 'not running' : undefined),
      pid: 7,
      passwords: {
        schemes: async () => ['PLAIN', 'SHA1'],
        generate: async (scheme, { plain }) => (scheme === 'PLAIN' ? `{PLAIN}${plain}` : undefined),
        verify: async (plain, hash) => hash === `{PLAIN}${plain}`,
      },
    },
  });
  return { status, out, err, received };
};

describe('director', () => {
  test.each([
    [
      'director add two.example 5',
      { 'HOST-SET\t10.0.0.1\t5': 'OK\n', 'HOST-SET\t10.0.0.2\t5': 'vhost count too large\n' },
      75,
      '',
      'Error: 10.0.0.2: vhost count too large\n',
    ],
    [
      'director up two.example',
      { 'HOST-UP\t10.0.0.1': 'NOTFOUND\n', 'HOST-UP\t10.0.0.2': 'OK\n' },
      68,
      '',
      "Error: 10.0.0.1: doesn't exist\n",
    ],
    ['director up nosuch', {}, 75, '', 'Error: gethostname(nosuch) failed: Name or service not known\n'],
    [
      'director move u1@example.com 10.0.0.1',
      { 'USER-MOVE\t1521296941\t10.0.0.1': 'TRYAGAIN\n' },
      75,
      '',
      'Error: User is already being moved, wait a while for it to be finished\n',
    ],
    ['director kick u', { 'USER-KICK\tu': 'TRYAGAIN\n' }, 75, '', 'Error: failed: TRYAGAIN\n'],
    ['director flush --max-parallel 2 all', { 'HOST-RESET-USERS\t\t2': 'OK\n' }, 0, '', ''],
    ['-v director flush -F all', { 'HOST-FLUSH': 'OK\n' }, 0, '', 'Info: flushed\n'],
    [
      'director status u t',
      { 'USER-LOOKUP\tu\tt': '\t0\t10.0.0.1\t\n' },
      0,
      'Current: n/a (expires -1)\nHashed: 10.0.0.1\nInitial config: \n',
      '',
    ],
    [
      'director status -n 12345',
      { 'USER-LOOKUP\t2189216526\t': '\t0\t10.0.0.1\t\n' },
      0,
      'Current: n/a (expires -1)\nHashed: 10.0.0.1\nInitial config: \n',
      '',
    ],
    ['director status u', { 'USER-LOOKUP\tu\t': 'x\n' }, 76, '', 'Error: Invalid reply from director\n'],
    [
      'director status',
      { 'HOST-LIST': `10.0.0.1\t1\n${END}` },
      75,
      'mail server ip tag vhosts state state changed users              \n',
      'Error: /run/x/director-admin unexpectedly disconnected\n',
    ],
    [
      '-f tab director map -f x',
      { 'USER-LIST': '1521296941\t9\t10.0.0.1\n5\t9\t10.0.0.1\nx\n\n' },
      76,
      'user\thash\tmail server ip\texpire time\nu1@example.com\t1521296941\t10.0.0.1\tT9\n<unknown>\t5\t10.0.0.1\tT9\n',
      'Error: Invalid USER-LIST reply: x\n',
    ],
    ['director map -h -f x 1123979862', {}, 0, `u2@example.com${' '.repeat(33)}\n`, ''],
    [
      'director dump -a 127.0.0.1:5',
      { 'HOST-LIST': '10.0.0.1\t1\t0\tt\tU\t0\n\n', 'HOST-LIST-REMOVED': '10.0.0.2\n\n' },
      0,
      'homeadm director add -a 127.0.0.1:5 10.0.0.1@t 1\nhomeadm director remove -a 127.0.0.1:5 10.0.0.2 \n',
      '',
    ],
    [
      'director ring remove 10.0.0.1 90',
      { 'DIRECTOR-REMOVE\t10.0.0.1\t90': 'Ring sync timed out\n' },
      75,
      '',
      'Error: Failed: Ring sync timed out\n',
    ],
  ] as const)('%s', async (line, script, status, out, err) => {
    expect(await run(line, script)).toMatchObject({ status, out, err });
  });

  test('all requests are sent before the first reply is read', async () => {
    const { received } = await run('director down two.example', {});
    expect(received).toEqual(['HOST-DOWN\t10.0.0.1', 'HOST-DOWN\t10.0.0.2']);
  });

  test.each([
    ['', 75, 'Fatal: /run/x/director-admin disconnected\n'],
    [
      'VERSION\tdirector-doveadm\t2\t0\n',
      76,
      'Fatal: /run/x/director-admin not a compatible director-doveadm socket\n',
    ],
  ])('hello %j', async (hello, status, err) => {
    expect(await run('director status', {}, hello)).toMatchObject({ status, err, out: '' });
  });
});

describe('other commands', () => {
  const AUTH = 'VERSION\t1\t1\nSPID\t5\n';
  test.each([
    [
      'auth lookup a b',
      AUTH,
      { 'PASS\t1\ta\tservice=doveadm': 'PASS\t1\tuser=a\tproxy\n', 'PASS\t1\tb\tservice=doveadm': 'NOTFOUND\t1\n' },
      67,
      "passdb: a\n  user      : a\n  proxy     \n\npassdb lookup: user b doesn't exist\n",
      '',
    ],
    [
      'auth lookup a',
      AUTH,
      { 'PASS\t1\ta\tservice=doveadm': 'FAIL\t1\n' },
      75,
      '',
      'Error: passdb lookup failed for a\n',
    ],
    ['user -u -f home a', AUTH, { 'USER\t1\ta\tservice=doveadm': 'USER\t1\ta\thome=/h\n' }, 0, '/h\n', ''],
    [
      'user A*',
      AUTH,
      { 'LIST\t1\tuser=A*\tservice=doveadm': 'LIST\t1\tabc\nLIST\t1\tbcd\nDONE\t1\t\n' },
      0,
      'abc\n',
      '',
    ],
    [
      'user *',
      AUTH,
      { 'LIST\t1\tuser=*\tservice=doveadm': 'LIST\t1\tabc\nDONE\t1\tfail\n' },
      75,
      '',
      'Fatal: user listing failed\n',
    ],
    ['auth cache flush a', AUTH, { 'CACHE-FLUSH\t1\ta': 'OK\t1\t3\n' }, 0, '3 cache entries flushed\n', ''],
    [
      'auth test u p',
      'VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t2\nCOOKIE\tff\nDONE\n',
      { 'AUTH\t1\tPLAIN\tservice=doveadm\tresp=dQB1AHA=': 'FAIL\t1\tuser=u\n' },
      77,
      'passdb: u auth failed\nextra fields:\n  user=u\n',
      '',
    ],
    [
      '-f tab proxy list',
      '',
      { 'proxy\t*\tLIST-FULL': ':username\tservice\n:a\timap\n:username\tservice\n:b\tpop3\n+\n' },
      0,
      'username\tproto\na\timap\nb\tpop3\n',
      '',
    ],
    ['proxy kick -f x y', '', { 'proxy\t*\tKICK-ALT\tx\ty': '+2\n' }, 0, '2 connections kicked\n', ''],
    [
      'auth lookup -x protocol=lmtp a',
      AUTH,
      { 'PASS\t1\ta\tservice=lmtp': 'NOTFOUND\t1\n' },
      67,
      "passdb lookup: user a doesn't exist\n",
      '',
    ],
    ['pw -l', '', {}, 0, 'PLAIN SHA1 \n', ''],
    ['pw -s plain', '', {}, 0, '{PLAIN}typed\n', ''],
    ['stop', '', {}, 75, '', 'Fatal: not running\n'],
    ['reload', '', {}, 0, '', ''],
  ] as const)('%s', async (line, hello, script, status, out, err) => {
    expect(await run(line, script, hello === '' ? SILENT : hello)).toMatchObject({ status, out, err });
  });

  const LOOKUP = 'Error: auth-master: passdb lookup(a): ';
  const FAILED = 'Error: passdb lookup failed for a\n';
  const TEST = 'Error: auth-client: conn unix:/run/x/auth-client: ';
  const NO_AUTH = "Fatal: Couldn't connect to auth socket\n";
  const MAJOR_2 = 'Socket supports major version 2, but we support only 1 (mixed old and new binaries?)';
  const ANVIL = 'VERSION\tanvil-server\t2\t0\n';
  test.each([
    [
      'auth lookup a',
      'VERSION\t1\t3\nMECH\tPLAIN\n',
      `${LOOKUP}/run/x/auth-userdb is an auth client socket. It should be a master socket.\n${FAILED}`,
    ],
    ['auth lookup a', 'VERSION\t2\t0\nSPID\t1\n', `${LOOKUP}${MAJOR_2}\n${FAILED}`],
    ['auth lookup a', ANVIL, `${LOOKUP}Auth server sent invalid version line: ${ANVIL}${FAILED}`],
    ['auth lookup a', 'VERSION\t1\t3\nWHAT\n', `${LOOKUP}Invalid handshake\n${FAILED}`],
    ['auth test u p', 'VERSION\t2\t0\n', `${TEST}${MAJOR_2}\n${NO_AUTH}`],
    ['auth test u p', ANVIL, `${TEST}Auth server sent invalid version line: ${ANVIL}${NO_AUTH}`],
    ['auth test u p', 'VERSION\t1\t3\nWHAT\n', `${TEST}Auth server sent unknown handshake: WHAT\n${NO_AUTH}`],
    ['auth test u p', '', `${TEST}Connection closed\n${NO_AUTH}`],
  ] as const)('%s: a socket of something else says %j', async (line, hello, err) => {
    expect(await run(line, {}, hello)).toMatchObject({ status: 75, out: '', err });
  });

  test('an unknown command gets the list of commands', async () => {
    const { status, err } = await run('nosuch');
    expect(status).toBe(64);
    expect(err).toContain('  director     add|down|dump|flush|kick|map|move|remove|ring|status|up|update\n');
  });

  test('--help', async () => {
    expect(await run('--help')).toMatchObject({ status: 0, out: expect.stringContaining('EXIT STATUS') });
    expect(await run('director move --help')).toMatchObject({
      status: 0,
      out: expect.stringContaining('homeadm director move [-a <director socket path>] <user> <host>'),
    });
  });
});
