import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMemoryLog } from '../log/log.ts';
import { driveProtocol } from './drive.ts';
import { OUTPUT_HIGH, type Outlet, type ProtocolFactory } from './protocol.ts';

let folder: string;
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homing-drive-'));
});
afterEach(() => {
  vi.useRealTimers();
  server?.close();
  rmSync(folder, { recursive: true });
});

const log = createMemoryLog();

/** Serves `factory` and connects to it. */
const connect = async (factory: ProtocolFactory): Promise<Socket> => {
  const path = join(folder, 's');
  server = createServer((socket) => driveProtocol(socket, factory, log));
  await new Promise<void>((resolve) => server?.listen(path, resolve));
  const client = createConnection(path);
  client.setEncoding('latin1');
  await new Promise((resolve) => client.once('connect', resolve));
  return client;
};

const text = async (client: Socket): Promise<string> => {
  let all = '';
  for await (const chunk of client) all += String(chunk);
  return all;
};

test('sends what was said before closing, then closes', async () => {
  const client = await connect((outlet) => {
    outlet.send('hello ');
    return {
      receive(bytes) {
        outlet.send(bytes);
        outlet.close();
        outlet.send('never');
      },
      end: () => {},
    };
  });
  client.write(Buffer.from([0xff, 0x00, 0x41]));
  expect(await text(client)).toBe('hello \xff\x00A');
});

test('all replies to one read leave in one write', async () => {
  const client = await connect((outlet) => ({
    receive(bytes) {
      for (const line of bytes.split('\n')) if (line !== '') outlet.send(`${line}!\n`);
    },
    end: () => {},
  }));
  client.write('1\n2\n3\n');
  const first = await new Promise((resolve) => client.once('data', resolve));
  expect(first).toBe('1!\n2!\n3!\n');
  client.destroy();
});

test('tells the end once, and who the peer is', async () => {
  const ended = Promise.withResolvers<void>();
  let outlet: Outlet | undefined;
  const client = await connect((given) => {
    outlet = given;
    return { receive: () => {}, end: () => ended.resolve() };
  });
  await new Promise((resolve) => setImmediate(resolve));
  if (process.platform === 'linux') expect(outlet?.peer()?.pid).toBe(process.pid);
  client.end();
  await ended.promise;
});

test('a fault of ours ends that connection alone, with the stack in the log', async () => {
  const ends: unknown[] = [];
  const client = await connect(() => ({
    receive() {
      throw new Error('boom');
    },
    end: (error) => void ends.push(error),
  }));
  client.write('x');
  expect(await text(client)).toBe('');
  expect(ends).toEqual([new Error('boom')]);
  expect(log.entries.at(-1)).toMatchObject({ level: 'panic', text: expect.stringContaining('boom') });
});

test('a peer that does not read stops being read', async () => {
  let received = 0;
  const client = await connect((outlet) => ({
    receive(bytes) {
      received += bytes.length;
      outlet.send('x'.repeat(100_000));
    },
    end: () => {},
  }));
  client.pause();
  const question = 'q'.repeat(1000);
  for (let i = 0; i < 2000; i++) client.write(question);
  let before = -1;
  while (before !== received) {
    before = received;
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(received).toBeLessThan(2_000_000);
  client.resume();
  client.on('data', () => {});
  while (received < 2_000_000) await new Promise((resolve) => setImmediate(resolve));
  client.destroy();
});

/** A peer that has stopped reading, and the outlet towards it. */
const stalled = async (): Promise<{ client: Socket; outlet: Outlet; drained: () => number; ended: Promise<void> }> => {
  const opened = Promise.withResolvers<Outlet>();
  const ended = Promise.withResolvers<void>();
  let drained = 0;
  const client = await connect((outlet) => {
    opened.resolve(outlet);
    return { receive: () => {}, end: () => ended.resolve(), drained: () => void drained++ };
  });
  client.pause();
  return { client, outlet: await opened.promise, drained: () => drained, ended: ended.promise };
};

test('an outlet tells when it is full, and when there is room again', async () => {
  const { client, outlet, drained } = await stalled();
  expect(outlet.isFull()).toBe(false);
  outlet.send('x'.repeat(OUTPUT_HIGH));
  expect(outlet.isFull()).toBe(true);
  outlet.send('x'.repeat(4_000_000));
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect([outlet.isFull(), drained()]).toEqual([true, 0]);
  client.on('data', () => {});
  client.resume();
  while (drained() === 0) await new Promise((resolve) => setImmediate(resolve));
  expect([outlet.isFull(), drained()]).toEqual([false, 1]);
  client.destroy();
});

test.each(['we close', 'the peer ends'])('a peer that does not read is let go of: %s', async (how) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { client, outlet, ended } = await stalled();
  outlet.send('x'.repeat(4_000_000));
  await new Promise((resolve) => setImmediate(resolve));
  if (how === 'we close') outlet.close();
  else client.end();
  const sockets = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'PipeWrap').length;
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  await turns();
  const held = sockets();
  vi.advanceTimersByTime(4999);
  await turns();
  expect(sockets()).toBe(held);
  vi.advanceTimersByTime(1);
  while (sockets() === held) await new Promise((resolve) => setImmediate(resolve));
  if (how === 'the peer ends') await ended;
  client.destroy();
});
