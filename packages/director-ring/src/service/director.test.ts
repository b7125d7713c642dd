/** The service in one process: scripted auth server, ipc and clients, no sockets. */
import { connectInProcess, createMemoryLog } from '@homing/io';
import { describe, expect, test } from 'vitest';
import type { DirectorSettings } from '../core/settings.ts';
import { createPeer } from '../testing/peer.ts';
import { refusedConnect, startTestDirector as start } from '../testing/start.ts';
import type { DirectorOptions } from './director.ts';

describe('login/director', () => {
  test('both directions byte for byte, success lines with a host', async () => {
    const { director, auth, open } = await start();
    const client = await open(director.acceptAuth);
    client.outlet?.send('VERSION\t1\t2\nCPID\t2547\nAUTH\t1\tPLAIN\tservice=imap\tresp=AGFs');
    client.outlet?.send('aWNlAHB3\n');
    expect(auth.received).toBe('VERSION\t1\t2\nCPID\t2547\nAUTH\t1\tPLAIN\tservice=imap\tresp=AGFsaWNlAHB3\n');
    auth.outlet?.send('VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nDONE\nOK\t1\tuser=alice\tproxy\tpa');
    auth.outlet?.send('ss=pw\nFAIL\t2\tuser=x\nOK\t3\tuser=tina\tproxy=y\n');
    expect(client.received).toBe(
      'VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nDONE\n' +
        'OK\t1\tuser=alice\tproxy\tpass=pw\tproxy_refresh=30\thost=10.2.0.11\n' +
        'FAIL\t2\tuser=x\nOK\t3\tuser=tina\tproxy=y\tproxy_refresh=30\thost=10.2.0.13\n',
    );
  });

  test('neither direction piles up while the other side does not read', async () => {
    const { director, auth, open } = await start();
    const client = await open(director.acceptAuth);
    const much = `${'x'.repeat(9999)}\n`.repeat(6);
    for (const [stalled, talker] of [
      [auth, client],
      [client, auth],
    ] as const) {
      stalled.outlet?.pause();
      let sent = '';
      while (talker.outlet?.isFull() === false && sent.length < 20 * much.length) {
        talker.outlet.send(much);
        sent += much;
      }
      expect([stalled.received, sent.length]).toEqual(['', 2 * much.length]);
      stalled.outlet?.resume();
      expect(talker.outlet?.isFull()).toBe(false);
      expect(stalled.received).toBe(sent);
    }
  });

  test('both ends close together', async () => {
    const first = await start();
    const client = await first.open(first.director.acceptAuth);
    client.outlet?.close();
    expect(first.auth.ended).toBe(true);
    expect(first.log.entries).toEqual([]);

    const second = await start();
    const other = await second.open(second.director.acceptAuth);
    second.auth.outlet?.close();
    expect(other.ended).toBe(true);
    expect(second.logged()).toEqual(['Auth server disconnected unexpectedly']);
  });

  test('an auth server in this process has told its reason itself', async () => {
    const auth = createPeer();
    const ours = { connect: connectInProcess(auth.factory, createMemoryLog()), path: '', isOurs: true };
    const { director, logged, open } = await start({}, { connectAuth: { login: ours, userdb: ours } });
    const client = await open(director.acceptAuth);
    auth.outlet?.close();
    expect([client.ended, logged()]).toEqual([true, []]);
  });

  test('a reply of 16384 bytes passes, one more closes both ends', async () => {
    const { director, auth, logged, open } = await start();
    const client = await open(director.acceptAuth);
    const longest = `${'x'.repeat(16_383)}\n`;
    auth.outlet?.send(longest);
    expect(client.received).toBe(longest);
    auth.outlet?.send('x'.repeat(16_384));
    expect([client.ended, auth.ended]).toEqual([true, true]);
    expect(logged()).toEqual(['BUG: Auth server sent us more than 16384 bytes']);
  });

  test('no auth server: the client is dropped with a line', async () => {
    const { director, logged, open } = await start(
      {},
      {
        connectAuth: {
          login: { connect: refusedConnect, path: '/run/d/auth-login', isOurs: false },
          userdb: { connect: refusedConnect, path: '/run/d/auth-userdb', isOurs: false },
        },
      },
    );
    const client = await open(director.acceptUserdb);
    await Promise.resolve();
    expect(client.ended).toBe(true);
    expect(logged()).toEqual(['connect(/run/d/auth-userdb) failed: Connection refused']);
  });

  test.each([
    ['2.3', 'VERSION\t1\t2\n', {}, 0],
    ['2.4', 'VERSION\t1\t3\n', {}, 1],
    ['2.4, whose anvil is known', 'VERSION\t1\t3\n', { anvil: refusedConnect, process: () => refusedConnect }, 0],
  ] as const)('who would not see sessions of login processes is told once: %s', async (_, hello, sockets, warnings) => {
    const dovecotSessions = 'anvil' in sockets ? sockets : undefined;
    const { director, log, open } = await start({}, { dovecotSessions });
    for (const serve of [director.acceptUserdb, director.acceptAuth, director.acceptAuth]) {
      (await open(serve)).outlet?.send(hello);
    }
    expect(log.entries.filter(({ event }) => event === 'sessions_unseen').length).toBe(warnings);
  });

  test('the master part of a username does not count', async () => {
    const { director, auth, open } = await start({ auth_master_user_separator: '*' });
    const client = await open(director.acceptAuth);
    auth.outlet?.send('OK\t1\tuser=tina*admin\tproxy\nOK\t2\tuser=tina\tproxy\n');
    expect(client.received.match(/host=\S+/g)).toEqual(['host=10.2.0.13', 'host=10.2.0.13']);
  });

  test('a hash format that cannot be expanded fails the login', async () => {
    const { director, auth, log, logged, open } = await start({ director_username_hash: '%x' });
    const client = await open(director.acceptAuth);
    auth.outlet?.send('OK\t1\tuser=tina\tproxy\tpass=secret\n');
    expect(client.received).toBe('FAIL\t1\tcode=temp_fail\n');
    expect(logged().join('\n')).toContain("director_username_hash=%x: Unknown variable '%x'");
    expect(JSON.stringify(log.entries)).not.toContain('secret');
  });
});

test('director-userdb completes PASS and nothing else', async () => {
  const { director, auth, open } = await start();
  const client = await open(director.acceptUserdb);
  auth.outlet?.send('PASS\t1\tuser=alice\tproxy=y\nUSER\t8\talice\tuid=102\nOK\t2\tuser=a\tproxy\nNOTFOUND\t7\n');
  expect(client.received).toBe(
    'PASS\t1\tuser=alice\tproxy=y\tproxy_refresh=30\thost=10.2.0.11\n' +
      'USER\t8\talice\tuid=102\nOK\t2\tuser=a\tproxy\nNOTFOUND\t7\n',
  );
});

describe('director-authreply', () => {
  test('completes OK lines, echoes the others', async () => {
    const { director, open } = await start();
    const client = await open(director.acceptAuthreply);
    client.outlet?.send(
      'VERSION\tdirector-authreply-client\t1\t0\nOK\t7\tuser=alice\tproxy\nPASS\t9\tuser=alice\tproxy\n',
    );
    expect(client.received).toBe(
      'VERSION\tdirector-authreply-server\t1\t0\n' +
        'OK\t7\tuser=alice\tproxy\tproxy_refresh=30\thost=10.2.0.11\nPASS\t9\tuser=alice\tproxy\n',
    );
  });

  test('another protocol is closed', async () => {
    const { director, logged, open } = await start();
    const client = await open(director.acceptAuthreply);
    client.outlet?.send('HELLO\n');
    expect(client.ended).toBe(true);
    expect(logged()).toEqual(['authreply client sent invalid handshake: HELLO']);
  });
});

const admin = 'VERSION\tdirector-doveadm\t1\t0\n';

describe('director-admin', () => {
  test('pipelined commands are answered in order', async () => {
    const { director, open } = await start();
    const client = await open(director.acceptAdmin);
    client.outlet?.send(`${admin}HOST-SET\t10.2.0.12\t50\nHOST-DOWN\t10.2.0.13\nHOST-LIST\nDIRECTOR-LIST\n`);
    expect(client.received).toBe(
      `${admin}OK\nOK\n10.2.0.11\t100\t0\t\tU\t0\n10.2.0.12\t50\t0\t\tU\t0\n10.2.0.13\t100\t0\t\tD\t1795307196\n\n` +
        '127.0.0.1\t0\tself\t0\tring synced\t0\n\n',
    );
  });

  test.each(['HELLO', `${admin}NOSUCH`, `${admin}HOST-SET\tfoo`, `${admin}`, `${admin}${'x'.repeat(2000)}`])(
    '%j ends the connection without a reply',
    async (line) => {
      const { director, log, open } = await start();
      const client = await open(director.acceptAdmin);
      client.outlet?.send(`${line}\n`);
      expect(client.received).toBe(admin);
      expect(client.ended).toBe(true);
      expect(log.entries).toHaveLength(1);
    },
  );

  test('a kick waits for the sessions, later commands for the kick', async () => {
    const { director, ipc, open } = await start();
    const client = await open(director.acceptAdmin);
    client.outlet?.send(`${admin}USER-KICK\ta\x01tb\nUSER-KICK-ALT\tuser_group\tg1\tnowait\nHOST-LIST-REMOVED\n`);
    expect(ipc.received).toBe('proxy\t*\tKICK\ta\x01tb\n');
    expect(client.received).toBe(admin);
    ipc.outlet?.send('+1\n');
    expect(ipc.received).toContain('proxy\t*\tKICK-ALT\tuser_group\tg1\n');
    expect(client.received).toBe(`${admin}OK\n`);
    ipc.outlet?.send('-some text\n');
    expect(client.received).toBe(`${admin}OK\nsome text\n\n`);
  });

  test('what waits behind a kick is run even if the client has left', async () => {
    const { director, ipc, open } = await start();
    const poolmon = await open(director.acceptAdmin);
    poolmon.outlet?.send(`${admin}USER-KICK\ta\nHOST-DOWN\t10.2.0.11\n`);
    poolmon.outlet?.close();
    ipc.outlet?.send('+\n');
    const client = await open(director.acceptAdmin);
    client.outlet?.send(`${admin}HOST-LIST\n`);
    expect(client.received).toContain('10.2.0.11\t100\t0\t\tD\t');
  });

  test('no more kicks than allowed at a time', async () => {
    const { director, ipc, open } = await start({ director_max_parallel_kicks: 1 });
    const first = await open(director.acceptAdmin);
    const second = await open(director.acceptAdmin);
    const third = await open(director.acceptAdmin);
    first.outlet?.send(`${admin}USER-KICK\tone\n`);
    second.outlet?.send(`${admin}USER-KICK\ttwo\n`);
    third.outlet?.send(`${admin}USER-KICK\tthree\tnowait\n`);
    expect(third.received).toBe(`${admin}TRYAGAIN\n`);
    expect(ipc.received).toBe('proxy\t*\tKICK\tone\n');
    ipc.outlet?.send('+\n');
    expect(ipc.received).toBe('proxy\t*\tKICK\tone\nproxy\t*\tKICK\ttwo\n');
    expect([first.received, second.received]).toEqual([`${admin}OK\n`, admin]);
  });

  test('an ipc service that is not there is told', async () => {
    const { director, logged, open } = await start({}, { connectIpc: refusedConnect });
    const client = await open(director.acceptAdmin);
    client.outlet?.send(`${admin}USER-KICK\ta\n`);
    await Promise.resolve();
    expect(client.received).toBe(`${admin}ipc connect failed\n`);
    expect(logged()).toEqual(['connect(ipc) failed: Connection refused']);
  });
});

test('proxy-notify: unescaped, without the master part, over-long lines skipped', async () => {
  let now = 1_795_307_196_000;
  const { director, auth, logged, open } = await start({ auth_master_user_separator: '*' }, { now: () => now });
  const login = await open(director.acceptAuth);
  auth.outlet?.send('OK\t1\tuser=a\x01tb\tproxy\nOK\t1\tuser=dave\tproxy\n');
  expect(login.received).toContain('host=');
  now += 40_000;
  const notify = await open(director.acceptNotify);
  notify.outlet?.send(`a\x01tb*admin\n${'x'.repeat(3000)}\nDAVE\nnosuchuser\n`);
  const client = await open(director.acceptAdmin);
  client.outlet?.send(`${admin}USER-LOOKUP\ta\x01tb\nUSER-LOOKUP\tdave\n`);
  const expires = client.received
    .split('\n')
    .slice(1, 3)
    .map((row) => Number(row.split('\t')[1]));
  expect(expires).toEqual([now / 1000 + 60, now / 1000 + 60]);
  expect(director.status()).toMatchObject({ users: 2, requests: 2 });
  expect(logged()).toEqual(['notify: line is longer than 1023 bytes']);
});

describe('settings', () => {
  const ip = '127.0.0.1' as NonNullable<DirectorOptions['ringAddress']>['ip'];
  test.each<[Partial<DirectorSettings>, Partial<DirectorOptions>, string]>([
    [{ director_mail_servers: '' }, {}, 'Invalid value for director_mail_servers setting'],
    [{ director_mail_servers: '127.0.0.11:143' }, {}, 'Invalid value for director_mail_servers setting'],
    [{ director_mail_servers: '10.0.0.1 10.0.0.1@a' }, {}, 'director_mail_servers lists 10.0.0.1 twice'],
    [{ director_servers: '127.0.0.1' }, {}, 'No inet_listeners defined for director service'],
    [
      { director_servers: '127.0.0.2' },
      { ringAddress: { ip, port: 9090 } },
      "director_servers doesn't list ourself (127.0.0.1:9090)",
    ],
    [{ director_servers: 'nosuch' }, { ringAddress: { ip, port: 9090 } }, 'Unknown director host: nosuch'],
    [
      { director_servers: '127.0.0.1:0' },
      { ringAddress: { ip, port: 9090 } },
      "Invalid director host:port in '127.0.0.1:0'",
    ],
    [{ homing_director_allow_nets: '10.0.0.0/8 ring' }, {}, 'homing_director_allow_nets: Invalid network: ring'],
    [{ director_flush_socket: 'tcp:nowhere' }, {}, 'Invalid value for director_flush_socket: tcp:nowhere'],
  ])('%j is refused', async (changed, more, message) => {
    await expect(start(changed, more)).rejects.toThrow(message);
  });

  test('a director that lists itself alone has its own address', async () => {
    const { director, open } = await start({ director_servers: '127.0.0.1:9090' }, { ringAddress: { ip, port: 9090 } });
    const client = await open(director.acceptAdmin);
    client.outlet?.send(`${admin}DIRECTOR-LIST\nDIRECTOR-ADD\t127.0.0.1\nDIRECTOR-REMOVE\t127.0.0.2\n`);
    expect(client.received).toBe(`${admin}127.0.0.1\t9090\tself\t0\tring synced\t0\n\nOK\nNOTFOUND\n`);
  });

  test('a host name stands for each of its addresses', async () => {
    const resolve = () => Promise.resolve(['10.9.0.1', '10.9.0.2']);
    const { director, auth, open } = await start({ director_mail_servers: 'mail.example.com' }, { resolve });
    const client = await open(director.acceptAuth);
    auth.outlet?.send('OK\t1\tuser=alice\tproxy\n');
    expect(client.received).toMatch(/\thost=mail.example.com\thostip=10\.9\.0\.[12]\n$/);
  });
});
