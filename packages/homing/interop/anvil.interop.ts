/** Debian's doveadm against our anvil and ipc sockets, and our login worker's sessions behind Dovecot's own ipc process. */
import { mkdir } from 'node:fs/promises';
import { createAnvil, createIpc, type Ipc } from '@homing/anvil';
import { type Connect, connectInProcess, connectUnix, createMemoryLog } from '@homing/io';
import { type AnvilCommand, anvilHello, formatAnvilCommand } from '@homing/wire';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBackendSide } from './lib/backend-side.ts';
import { type Dovecot, startDovecot } from './lib/dovecot.ts';
import { openLineClient } from './lib/line-client.ts';
import { run } from './lib/process.ts';
import { startScriptedBackend } from './lib/scripted-backend.ts';
import { serveUnix } from './lib/serve-unix.ts';
import { socketPair } from './lib/socket-pair.ts';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';

const log = createMemoryLog();

/** A worker with one session for each user. */
const startSessions = async (users: readonly string[], connectIpc: Connect) => {
  const stack = new AsyncDisposableStack();
  const backend = stack.use(
    await startScriptedBackend({ greeting: '* OK hi', answer: (line) => (line.startsWith('L ') ? ['L OK in'] : []) }),
  );
  const side = stack.use(await startBackendSide({ connectIpc }));
  const clients = new Map<string, Promise<string>>();
  for (const user of users) {
    const { ours, theirs } = await socketPair();
    stack.defer(() => void theirs.destroy());
    const context = side.context({ protocol: 'imap', user });
    const fields = { host: '127.0.0.1', port: String(backend.port), pass: 'p', user_group: `of-${user}` };
    const session = await side.login(fields, context);
    void side.backend.relay({ stream: ours, rest: '', bytesSent: 0 }, session, context);
    clients.set(user, new Promise((resolve) => theirs.resume().once('close', () => resolve('closed'))));
  }
  return { side, clients, port: backend.port, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};

describeWithDovecot('doveadm', () => {
  const disposal = new AsyncDisposableStack();
  let dovecot: Dovecot;
  let dir: string;
  let ipc: Ipc;
  let proxies: Connect;

  const doveadm = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await run('/usr/bin/doveadm', ['-c', dovecot.configFile, ...args]);
    return stdout + stderr;
  };
  const tell = async (...commands: AnvilCommand[]): Promise<void> => {
    using client = await openLineClient(`${dir}/anvil`);
    client.send(anvilHello() + commands.map((command) => `${formatAnvilCommand(command)}\n`).join(''));
    client.send('LOOKUP\tx\n');
    await client.line();
  };

  beforeAll(async () => {
    dovecot = disposal.use(
      await startDovecot({
        config: () => 'protocols = imap\nservice imap-login {\n  inet_listener imap {\n    port = 0\n  }\n}\n',
      }),
    );
    dir = `${dovecot.dir}/ours`;
    await mkdir(dir);
    const anvil = createAnvil({ log, now: Date.now });
    ipc = createIpc(log);
    proxies = connectInProcess(ipc.addListener(), log);
    disposal.use(await serveUnix(`${dir}/anvil`, anvil.client, log));
    disposal.use(await serveUnix(`${dir}/ipc`, ipc.client, log));
  });
  afterAll(() => disposal.disposeAsync());

  test('who', async () => {
    await tell(
      { cmd: 'CONNECT', pid: 101, ident: 'imap/10.0.0.1/alice' },
      { cmd: 'CONNECT', pid: 102, ident: 'imap/10.0.0.2/alice' },
      { cmd: 'CONNECT', pid: 103, ident: 'pop3/10.0.0.3/bob' },
    );
    const shown = await doveadm('who', '-a', `${dir}/anvil`);
    expect(shown).toMatch(
      /^alice +2 imap +\((101 102|102 101)\) +\((10\.0\.0\.1 10\.0\.0\.2|10\.0\.0\.2 10\.0\.0\.1)\) *$/m,
    );
    expect(shown).toMatch(/^bob +1 pop3 +\(103\) +\(10\.0\.0\.3\) *$/m);
  });

  test('penalty', async () => {
    await tell({ cmd: 'PENALTY-INC', ident: '10.0.0.9', checksum: 5, value: 3 });
    expect(await doveadm('penalty', '-a', `${dir}/anvil`)).toMatch(/^10\.0\.0\.9 +3 +20\d\d-/m);
  });

  test('proxy list and kick, with two workers', async () => {
    await using one = await startSessions(['alice', 'bob'], proxies);
    await using two = await startSessions(['alice'], proxies);
    const list = await doveadm('proxy', 'list', '-a', `${dir}/ipc`);
    const rows = list
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/ +/).join(' '));
    expect(rows.toSorted()).toEqual(
      [
        'username user_group proto src ip dest ip port',
        `alice of-alice imap 127.0.0.1 127.0.0.1 ${one.port}`,
        `bob of-bob imap 127.0.0.1 127.0.0.1 ${one.port}`,
        `alice of-alice imap 127.0.0.1 127.0.0.1 ${two.port}`,
      ].toSorted(),
    );
    expect(await doveadm('proxy', 'kick', '-a', `${dir}/ipc`, 'nobody')).toBe('0 connections kicked\n');
    expect(await doveadm('proxy', 'kick', '-a', `${dir}/ipc`, 'alice')).toBe('2 connections kicked\n');
    await Promise.all([one.clients.get('alice'), two.clients.get('alice')]);
    expect(one.side.lines.at(-1)).toBe(`proxy(alice,127.0.0.1:${one.port}): Disconnected by proxy: Kicked by admin`);
    expect(await doveadm('proxy', 'kick', '-a', `${dir}/ipc`, '-f', 'user_group', 'of-bob')).toBe(
      '1 connections kicked\n',
    );
    await one.clients.get('bob');
    expect([one.side.backend.relays, two.side.backend.relays]).toEqual([0, 0]);
  });

  test('our worker behind Dovecot’s ipc process', async () => {
    await using worker = await startSessions(['alice', 'bob'], connectUnix(dovecot.socket('login/ipc-proxy'), log));
    const list = await until('the worker to register', 10_000, async () => {
      const shown = await doveadm('proxy', 'list');
      return shown.includes('alice') && shown;
    });
    expect(list).toMatch(new RegExp(`^bob +of-bob +imap +127\\.0\\.0\\.1 +127\\.0\\.0\\.1 +${worker.port} *$`, 'm'));
    expect(await doveadm('proxy', 'kick', 'bob')).toBe('1 connections kicked\n');
    await worker.clients.get('bob');
    expect(await doveadm('proxy', 'kick', '-h', '127.0.0.1')).toBe('1 connections kicked\n');
    await worker.clients.get('alice');
  });
});
