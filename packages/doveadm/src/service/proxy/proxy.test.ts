/** Against an anvil of Dovecot 2.4 and its processes, as far as the words go; the real ones are in the interop tests. */
import { type Connect, connectInProcess, createMemoryLog, type ProtocolFactory } from '@homing/io';
import { expect, test, vi } from 'vitest';
import type { Doveadm } from '../doveadm.ts';
import { doveadm } from '../doveadm.ts';

type Session = { pid: number; user: string; service: string; guid: string; destIp: string; group: string };

const guid = (digit: number): string => String(digit).repeat(32);

const SESSIONS: readonly Session[] = [
  { pid: 7, user: 'al\x01tice', service: 'imap-login', guid: guid(1), destIp: '10.0.0.1', group: 'g' },
  { pid: 8, user: 'bob', service: 'pop3-login', guid: guid(2), destIp: '10.0.0.2', group: 'h' },
  { pid: 8, user: 'bob', service: 'pop3-login', guid: guid(3), destIp: '10.0.0.1', group: 'g' },
  { pid: 9, user: 'bob', service: 'imap', guid: guid(4), destIp: '', group: 'g' },
];

/** A server that answers each line behind the hello. Undefined: it hangs up. */
const lineServer =
  (hello: string, greetingLines: number, answer: (line: string) => string | undefined): ProtocolFactory =>
  (outlet) => {
    let seen = 0;
    outlet.send(hello);
    return {
      receive(bytes) {
        for (const line of bytes.split('\n').slice(0, -1)) {
          seen += 1;
          if (seen <= greetingLines) continue;
          const reply = answer(line);
          if (reply === undefined) outlet.close();
          else outlet.send(reply);
        }
      },
      end: () => undefined,
    };
  };

/** `hearing`: what ends sessions that are kicked. `hasAdmin`: whether we may connect to processes. */
const dovecot24 = ({ hearing, hasAdmin }: { hearing: 'all' | 'admin'; hasAdmin: boolean }) => {
  let sessions = SESSIONS;
  const asked: string[] = [];
  const end = (guidText: string): void => {
    sessions = sessions.filter((session) => session.guid !== guidText);
  };
  const dump = (): string =>
    sessions.map((s) => `${[s.pid, s.user, s.service, '10.9.9.9', s.guid, s.destIp, s.group].join('\t')}\n`).join('');
  const anvil = lineServer('VERSION\tanvil-server\t2\t0\n', 2, (line) => {
    asked.push(line);
    const [cmd, , guidText = ''] = line.split('\t');
    if (cmd === 'CONNECT-DUMP') return `user_group\n${dump()}\n`;
    if (hearing === 'all') end(guidText);
    return '1\n';
  });
  const admin = lineServer('VERSION\tmaster-admin-server\t1\t0\n', 1, (line) => {
    asked.push(line);
    end(line.split('\t')[2] ?? '');
    return '+1\n';
  });
  const ownIpc = lineServer('', 0, (line) =>
    line.endsWith('LIST-FULL')
      ? ':username\tservice\tsrc-ip\tdest-ip\tdest-port\n:own\timap\t10.9.9.9\t10.0.0.1\t143\n+\n'
      : '+3\n',
  );
  const refuse: Connect = async () => {
    throw new Error('Permission denied');
  };
  const connect = (path: string): Connect => {
    if (path === '/run/x/ipc') return connectInProcess(ownIpc, createMemoryLog());
    if (path === '/run/d/anvil') return connectInProcess(anvil, createMemoryLog());
    if (path === '/run/d/anvil23')
      return connectInProcess(
        lineServer('', 0, () => undefined),
        createMemoryLog(),
      );
    if (path === '/run/d/ipc')
      return connectInProcess(
        lineServer('', 0, () => 'VERSION\tx\n'),
        createMemoryLog(),
      );
    asked.push(path);
    return hasAdmin ? connectInProcess(admin, createMemoryLog()) : refuse;
  };
  return { connect, asked };
};

const run = async (line: string, connect: (path: string) => Connect) => {
  let out = '';
  let err = '';
  const options = {
    program: 'homeadm',
    terminalWidth: 80,
    out: (bytes: string) => {
      out += bytes;
    },
    err: (text: string) => {
      err += `${text}\n`;
    },
    loadSettings: () => ({ base_dir: '/run/x', homing_ipc_socket: '', homing_anvil_socket: '/run/d/anvil' }),
    host: {
      connectUnix: connect,
      resolve: async (name: string) => {
        if (name === 'b2.example.com') return ['10.0.0.2'];
        throw new Error('Name or service not known');
      },
    },
  };
  const status = await doveadm(line.split(' '), options as unknown as Doveadm);
  return { status, out, err };
};

test('the sessions of login processes are listed', async () => {
  const { connect } = dovecot24({ hearing: 'all', hasAdmin: true });
  const out = [
    'username\tuser_group\tproto\tsrc ip\tdest ip',
    'al\tice\tg\timap\t10.9.9.9\t10.0.0.1',
    'bob\th\tpop3\t10.9.9.9\t10.0.0.2',
    'bob\tg\tpop3\t10.9.9.9\t10.0.0.1',
    '',
  ].join('\n');
  expect(await run('-f tab proxy list -a /run/d/anvil', connect)).toEqual({ status: 0, out, err: '' });
});

test('without -a our own login processes are meant too', async () => {
  const { connect } = dovecot24({ hearing: 'all', hasAdmin: true });
  const { status, out } = await run('-f tab proxy list', connect);
  expect({ status, lines: out.split('\n').slice(0, 2) }).toEqual({
    status: 0,
    lines: ['username\tuser_group\tproto\tsrc ip\tdest ip\tport', 'own\t\timap\t10.9.9.9\t10.0.0.1\t143'],
  });
  expect(out.split('\n').length).toBe(6);
  expect(await run('proxy kick bob', connect)).toEqual({ status: 0, out: '5 connections kicked\n', err: '' });
});

test.each([
  ['bob', '2', ['/run/d/srv.pop3-login/8', `KICK-USER\tbob\t${guid(2)}`, `KICK-USER\tbob\t${guid(3)}`]],
  ['-f user_group h', '1', ['/run/d/srv.pop3-login/8', `KICK-USER\tbob\t${guid(2)}`]],
  ['-f user_nosuch h', '0', []],
  [
    '-h 10.0.0.1',
    '2',
    [
      '/run/d/srv.imap-login/7',
      '/run/d/srv.pop3-login/8',
      `KICK-USER\tal\x01tice\t${guid(1)}`,
      `KICK-USER\tbob\t${guid(3)}`,
    ],
  ],
] as const)('proxy kick %s: each process is told of its own', async (args, count, told) => {
  const { connect, asked } = dovecot24({ hearing: 'admin', hasAdmin: true });
  const { status, out, err } = await run(`proxy kick -a /run/d/anvil ${args}`, connect);
  expect({ status, out, err }).toEqual({ status: 0, out: `${count} connections kicked\n`, err: '' });
  expect(asked).toEqual(['CONNECT-DUMP', ...told]);
});

test('whoever may not connect to processes asks anvil', async () => {
  const { connect, asked } = dovecot24({ hearing: 'all', hasAdmin: false });
  expect(await run('proxy kick -a /run/d/anvil bob', connect)).toMatchObject({
    status: 0,
    out: '2 connections kicked\n',
    err: '',
  });
  expect(asked.slice(2)).toEqual([`KICK-USER\tbob\t${guid(2)}`, `KICK-USER\tbob\t${guid(3)}`, 'CONNECT-DUMP']);
});

test('kicks that anvil counts and nobody hears are no success', async () => {
  const { connect } = dovecot24({ hearing: 'admin', hasAdmin: false });
  vi.useFakeTimers();
  const kicked = run('proxy kick -a /run/d/anvil bob', connect);
  await vi.runAllTimersAsync();
  vi.useRealTimers();
  expect(await kicked).toMatchObject({
    status: 75,
    out: '0 connections kicked\n',
    err: expect.stringMatching(/^Error: KICK failed: 2 connections of pop3-login go on: only root/),
  });
});

test.each([
  ['proxy list -a /run/d/anvil', 'CONNECT-DUMP'],
  ['proxy kick -a /run/d/anvil u', 'KICK'],
])('%s: an anvil that does not answer', async (line, what) => {
  const mute = lineServer('VERSION\tanvil-server\t2\t0\n', 2, () => '');
  vi.useFakeTimers();
  const asked = run(line, () => connectInProcess(mute, createMemoryLog()));
  await vi.runAllTimersAsync();
  vi.useRealTimers();
  expect(await asked).toMatchObject({ status: 75, err: `Error: ${what} failed: /run/d/anvil does not answer\n` });
});

test('a process that does not answer is left to anvil', async () => {
  const { connect } = dovecot24({ hearing: 'all', hasAdmin: true });
  let isClosed = false;
  const silent = connectInProcess((outlet) => {
    outlet.send('VERSION\tmaster-admin-server\t1\t0\n');
    return {
      receive: () => undefined,
      end: () => {
        isClosed = true;
      },
    };
  }, createMemoryLog());
  vi.useFakeTimers();
  const kicked = run('proxy kick -a /run/d/anvil bob', (path) => (path.includes('/srv.') ? silent : connect(path)));
  await vi.runAllTimersAsync();
  vi.useRealTimers();
  expect(await kicked).toEqual({ status: 0, out: '2 connections kicked\n', err: '' });
  expect(isClosed).toBe(true);
});

test.each([
  ['proxy list -a /run/d/anvil23', 'CONNECT-DUMP failed: /run/d/anvil23 is no anvil socket of Dovecot 2.4'],
  ['proxy kick -a /run/d/anvil23 u', 'KICK failed: /run/d/anvil23 is no anvil socket of Dovecot 2.4'],
  ['proxy list -a /run/y/anvil', 'CONNECT-DUMP failed: connect(/run/y/anvil) failed: Permission denied'],
  ['proxy list -a /run/d/ipc', 'IPC proxy sent invalid input: VERSION\tx\nError: LIST-FULL failed: Invalid input'],
  ['proxy kick -a /run/d/ipc u', 'IPC proxy sent invalid input: VERSION\tx\nError: KICK failed: Invalid input'],
])('%s', async (line, err) => {
  const { connect } = dovecot24({ hearing: 'all', hasAdmin: false });
  expect(await run(line, connect)).toMatchObject({ status: 75, err: `Error: ${err}\n` });
});

test('a host may be named', async () => {
  const { connect } = dovecot24({ hearing: 'all', hasAdmin: true });
  const kick = (host: string) => run(`proxy kick -a /run/d/anvil -h ${host}`, connect);
  expect(await kick('b2.example.com')).toMatchObject({ status: 0, out: '1 connections kicked\n' });
  expect(await kick('nosuch')).toMatchObject({ status: 75, err: 'Error: KICK failed: Name or service not known\n' });
});
