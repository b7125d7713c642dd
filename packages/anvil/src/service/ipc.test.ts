import { createMemoryLog } from '@homing/io';
import { IPC_MAX_ANSWER } from '@homing/wire';
import { expect, test } from 'vitest';
import { connectTo } from '../testing/peer.ts';
import { createIpc } from './ipc.ts';

const start = () => {
  const log = createMemoryLog('ipc');
  const ipc = createIpc(log);
  return { ipc, proxies: ipc.addListener(), lines: () => log.entries.map(({ text }) => text) };
};

const HELLO = 'VERSION\tipc-proxy\t1\t0\n';
const register = (pid: number): string => `VERSION\tipc-server\t1\t0\nHANDSHAKE\tproxy\t${pid}\n`;

test('a command goes to all of the group, counts are added up', async () => {
  const { ipc, proxies } = start();
  const [one, two, admin] = [await connectTo(proxies), await connectTo(proxies), await connectTo(ipc.client)];
  one.say(register(11));
  two.say(register(12));
  admin.say('proxy\t*\tKICK\tu\n');
  expect([one.heard(), two.heard()]).toEqual([`${HELLO}1\tKICK\tu\n`, `${HELLO}1\tKICK\tu\n`]);
  two.say('1\t+3\n');
  expect(admin.heard()).toBe('');
  one.say('1\t+1\n');
  expect(admin.heard()).toBe('+4\n');
});

test('a process whose answer does not end is let go of', async () => {
  const { ipc, proxies, lines } = start();
  const [proxy, admin] = [await connectTo(proxies), await connectTo(ipc.client)];
  proxy.say(register(11));
  admin.say('proxy\t*\tLIST-FULL\n');
  const row = `1\t:${'x'.repeat(65_000)}\n`;
  for (let sent = 0; sent <= IPC_MAX_ANSWER; sent += row.length) proxy.say(row);
  expect(proxy.isClosed()).toBe(true);
  expect(lines()).toEqual([
    "IPC: 'proxy' PID 11 server connection: Invalid input from IPC server 'proxy': Answer is too long",
  ]);
  expect(admin.heard().slice(-150)).toContain("\n-IPC: 'proxy' PID 11 server connection: Invalid input");
});

test('commands of one client wait for each other, those of others do not', async () => {
  const { ipc, proxies } = start();
  const [proxy, first, second] = [await connectTo(proxies), await connectTo(ipc.client), await connectTo(ipc.client)];
  proxy.say(register(11));
  first.say('proxy\t*\tKICK\ta\nproxy\t*\tKICK\tb\n');
  second.say('proxy\t1\tKICK\tc\n');
  expect(proxy.heard()).toBe(`${HELLO}1\tKICK\ta\n2\tKICK\tc\n`);
  proxy.say('2\t+2\n1\t+1\n');
  expect(proxy.heard()).toMatch(/3\tKICK\tb\n$/);
  expect([first.heard(), second.heard()]).toEqual(['+1\n', '+2\n']);
  proxy.say('3\t+3\n');
  expect(first.heard()).toBe('+1\n+3\n');
});

test.each([
  ['proxy\t*\tKICK\tu', '+'],
  ['nosuch\t*\tKICK\tu', '+'],
  ['nosuch\t1\tKICK\tu', '-Unknown IPC group: nosuch'],
  ['proxy\tx\tKICK\tu', '-Invalid IPC connection id: x'],
  ['proxy', '-Invalid input'],
])('nobody registered: %j', async (line, reply) => {
  const { ipc } = start();
  const admin = await connectTo(ipc.client);
  admin.say(`${line}\n`);
  expect(admin.heard()).toBe(`${reply}\n`);
});

test('an unknown connection id', async () => {
  const { ipc, proxies } = start();
  const [proxy, admin] = [await connectTo(proxies), await connectTo(ipc.client)];
  proxy.say(register(11));
  admin.say('proxy\t99\tKICK\tu\n');
  expect(admin.heard()).toBe('-Unknown IPC connection id: 99\n');
});

test('a process that goes fails its commands and is not asked again', async () => {
  const { ipc, proxies, lines } = start();
  const [proxy, admin] = [await connectTo(proxies), await connectTo(ipc.client)];
  proxy.say(register(11));
  admin.say('proxy\t*\tLIST-FULL\n');
  proxy.say('1\t:username\n');
  proxy.hangUp();
  expect(admin.heard()).toBe(":username\n-IPC: 'proxy' PID 11 server connection: Connection closed\n");
  admin.say('proxy\t*\tKICK\tu\n');
  expect(admin.heard()).toMatch(/\n\+\n$/);
  expect(lines()).toEqual([]);
});

test('who registers is told of, and can be asked at once', async () => {
  const registered: string[] = [];
  const ipc = createIpc(createMemoryLog('ipc'), (group, id) => {
    registered.push(`${group} ${id}`);
    admin.say(`${group}\t${id}\tLIST-FULL\n`);
  });
  const admin = await connectTo(ipc.client);
  const proxy = await connectTo(ipc.addListener());
  expect(registered).toEqual([]);
  proxy.say(register(11));
  expect([registered, proxy.heard()]).toEqual([['proxy 1'], `${HELLO}1\tLIST-FULL\n`]);
});

test('one who never said who he is gets no commands', async () => {
  const { ipc, proxies } = start();
  const [silent, proxy, admin] = [await connectTo(proxies), await connectTo(proxies), await connectTo(ipc.client)];
  proxy.say(register(11));
  admin.say('proxy\t*\tKICK\tu\n');
  proxy.say('1\t+1\n');
  expect([silent.heard(), admin.heard()]).toEqual([HELLO, '+1\n']);
});

test.each([
  [
    'VERSION\tipc-server\t2\t0\n',
    "IPC: '#' PID 0 server connection: IPC server not compatible with this server (mixed old and new binaries?)",
  ],
  ['VERSION\tipc-server\t1\t0\nHELLO\n', "IPC: '#' PID 0 server connection: IPC server sent invalid handshake"],
  [
    `${register(11)}1\tx\n`,
    "IPC: 'proxy' PID 11 server connection: Invalid input from IPC server 'proxy': ipc reply begins with none of : + -",
  ],
])('%j ends the connection with one line', async (bytes, text) => {
  const { proxies, lines } = start();
  const proxy = await connectTo(proxies);
  proxy.say(bytes);
  expect(proxy.isClosed()).toBe(true);
  expect(lines()).toEqual([text]);
});

test('a second group on the same listener is refused', async () => {
  const { proxies, lines } = start();
  const [proxy, other] = [await connectTo(proxies), await connectTo(proxies)];
  proxy.say(register(11));
  other.say(register(12).replace('proxy', 'other'));
  expect(other.isClosed()).toBe(true);
  expect(lines()[0]).toMatch(/IPC server named itself unexpectedly: other \(existing ones were proxy\)$/);
});

test('a reply nobody waits for is logged', async () => {
  const { proxies, lines } = start();
  const proxy = await connectTo(proxies);
  proxy.say(`${register(11)}9\t+\n`);
  expect([proxy.isClosed(), lines()]).toEqual([false, ['IPC server: Input for unexpected command tag 9']]);
});

test('an endless line ends the client', async () => {
  const { ipc, lines } = start();
  const admin = await connectTo(ipc.client);
  admin.say('x'.repeat(70_000));
  expect(admin.isClosed()).toBe(true);
  expect(lines()).toEqual(['IPC client sent invalid input: line is longer than 65536 bytes']);
});
