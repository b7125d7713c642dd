import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openUnixSocket } from '../socket/connect-unix.ts';
import { holdListener } from '../socket/listener.ts';
import { type Child, startChild } from './child.ts';

const module = new URL('./child.fixture.ts', import.meta.url);

type Started = { child: Child; messages: unknown[]; serving: Promise<void>; stderr(): string };

const start = (): Started => {
  const serving = Promise.withResolvers<void>();
  const messages: unknown[] = [];
  let stderr = '';
  const child = startChild({
    engineOptions: [],
    module,
    onStderr: (text) => {
      stderr += text;
    },
    onMessage: (message) => {
      messages.push(message);
      serving.resolve();
    },
  });
  return { child, messages, serving: serving.promise, stderr: () => stderr };
};

test('a listener outlives the child that served it: connections wait for the next one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homing-child-'));
  const path = join(folder, 's');
  const listener = await holdListener({ kind: 'unix', path, owner: { mode: 0o600, uid: undefined, gid: undefined } });
  if (listener.bound.at !== 'handle') throw new Error('not a socket');
  const { handle } = listener.bound;

  const first = start();
  first.child.send({ map: new Map([['a', 1]]) }, handle);
  await first.serving;
  expect(first.messages).toEqual([{ on: 'serving', got: { map: new Map([['a', 1]]) } }]);
  expect(await ask(path)).toBe(`${first.child.pid} hello`);
  first.child.send('crash' as unknown as object);
  expect(await first.child.exited).toEqual({ signal: 'SIGKILL', code: 0 });
  expect(first.stderr()).toBe('serving\n');

  const waiting = ask(path);
  const second = start();
  second.child.send({}, handle);
  expect(await waiting).toBe(`${second.child.pid} hello`);
  second.child.kill('SIGKILL');
  await second.child.exited;
  second.child.send({ lost: true });
  listener.release();
  rmSync(folder, { recursive: true });
});

test('a connection is given away, with what the other side has said already', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homing-child-'));
  const path = join(folder, 's');
  const heard: string[] = [];
  const closed: Promise<void>[] = [];
  const server = createServer((socket) => {
    socket.write('hello');
    socket.on('data', (bytes: Buffer) => heard.push(bytes.toString('latin1')));
    // What nobody read is lost with an error.
    socket.on('error', () => {});
    closed.push(new Promise((resolve) => socket.once('close', () => resolve())));
  });
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  const { child } = start();
  child.give({}, await openUnixSocket(path));
  await until(() => closed.length === 1);
  await closed[0];
  expect(heard).toEqual([`${child.pid} hello`]);
  child.kill('SIGKILL');
  await child.exited;
  child.give({}, await openUnixSocket(path));
  await until(() => closed.length === 2);
  await closed[1];
  expect(heard).toHaveLength(1);
  server.close();
  rmSync(folder, { recursive: true });
});

const until = async (isDone: () => boolean): Promise<void> => {
  while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
};

const ask = (path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      socket.destroy();
      resolve(bytes.toString());
    });
    socket.write('hello');
  });
