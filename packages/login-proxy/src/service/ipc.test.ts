import { type Connect, connectInProcess, createMemoryLog, type Outlet } from '@homing/io';
import { afterEach, expect, test, vi } from 'vitest';
import { createSessionTable } from '../core/backend/session-table.ts';
import { createIpcClient } from './ipc.ts';

/** The ipc process: what it was told, and a way to say something. */
const fakeIpc = () => {
  let heard = '';
  let outlet: Outlet | undefined;
  let connections = 0;
  const connectIpc = connectInProcess((to) => {
    outlet = to;
    connections += 1;
    const receive = (bytes: string): void => {
      heard += bytes;
    };
    return { receive, end: () => undefined };
  }, createMemoryLog());
  return {
    connectIpc,
    say: (bytes: string) => outlet?.send(bytes),
    hangUp: () => outlet?.close(),
    heard: () => heard,
    connections: () => connections,
  };
};

const start = () => {
  const ipc = fakeIpc();
  const log = createMemoryLog();
  const sessions = createSessionTable();
  const client = createIpcClient({ connectIpc: ipc.connectIpc, sessions, usernameHash: '%Lu', pid: 77, log });
  return { ipc, log, sessions, client };
};

afterEach(() => void vi.useRealTimers());

const HELLO = 'VERSION\tipc-server\t1\t0\nHANDSHAKE\tproxy\t77\n';

test('registers once, with the first session', () => {
  const { ipc, client } = start();
  expect(ipc.connections()).toBe(0);
  client.register();
  client.register();
  expect([ipc.connections(), ipc.heard()]).toEqual([1, HELLO]);
});

test('answers under the tag of the command', () => {
  const { ipc, client, sessions } = start();
  const kicked: string[] = [];
  const names = {
    user: 'Alice',
    destuser: 'Alice',
    altUsernames: new Map(),
    protocol: 'imap',
    rip: '10.9.9.9',
    ip: '10.0.0.1',
    chosenIp: '10.0.0.1',
  } as const;
  sessions.add({ ...names, host: '10.0.0.1', port: 143, kick: (reason) => void kicked.push(reason) });
  client.register();
  ipc.say('VERSION\tipc-proxy\t1\t0\n3\tKICK-DIRECTOR-HASH\t1669653170\n4\tLIST-FULL\n5\tWHAT\n');
  expect(ipc.heard().slice(HELLO.length)).toBe(
    '3\t+1\n4\t:username\tservice\tsrc-ip\tdest-ip\tdest-port\n4\t:Alice\timap\t10.9.9.9\t10.0.0.1\t143\n4\t+\n5\t-Unknown command\n',
  );
  expect(kicked).toEqual(['Kicked via director']);
});

test('connects again when the ipc process restarts', () => {
  const { ipc, client } = start();
  client.register();
  ipc.say('VERSION\tipc-proxy\t1\t0\n');
  ipc.hangUp();
  expect(ipc.connections()).toBe(2);
  client.close();
  expect(ipc.connections()).toBe(2);
});

test('keeps trying in short steps while nobody listens, with one line', async () => {
  vi.useFakeTimers();
  const log = createMemoryLog();
  const ipc = fakeIpc();
  let refusals = 5;
  const connectIpc: Connect = (factory) =>
    refusals-- > 0 ? Promise.reject(new Error('Connection refused')) : ipc.connectIpc(factory);
  const client = createIpcClient({ connectIpc, sessions: createSessionTable(), usernameHash: '%Lu', pid: 77, log });
  client.register();
  await vi.advanceTimersByTimeAsync(1000);
  expect([ipc.connections(), refusals]).toEqual([0, 1]);
  await vi.advanceTimersByTimeAsync(2000);
  expect([ipc.connections(), ipc.heard()]).toEqual([1, HELLO]);
  expect(log.entries.map(({ text }) => text)).toEqual(['connect(ipc-proxy) failed: Connection refused']);
  client.close();
});

test('who was not greeted tries again soon: the ipc process died before it could', async () => {
  vi.useFakeTimers();
  const { ipc, client } = start();
  client.register();
  ipc.hangUp();
  expect(ipc.connections()).toBe(1);
  await vi.advanceTimersByTimeAsync(100);
  expect(ipc.connections()).toBe(2);
  client.close();
});

test.each([['VERSION\tother\t1\t0\n'], ['VERSION\tipc-proxy\t1\t0\nno tag\n'], ['x'.repeat(70_000)]])(
  'bytes that are no ipc end the connection with one line',
  (bytes) => {
    const { ipc, client, log } = start();
    client.register();
    ipc.say(bytes);
    expect(log.entries.map(({ text }) => text)).toEqual([expect.stringMatching(/^IPC proxy sent invalid input: /)]);
    expect(ipc.connections()).toBe(1);
    client.close();
  },
);
