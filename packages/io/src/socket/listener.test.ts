import { chmodSync, existsSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProtocolFactory } from '../line/protocol.ts';
import { createMemoryLog } from '../log/log.ts';
import { type HeldListener, holdListener } from './listener.ts';
import { type Served, serveProtocol } from './serve.ts';
import { watchListeners } from './watch.ts';

const owner = { mode: 0o600, uid: undefined, gid: undefined };
const echo: ProtocolFactory = (outlet) => ({ receive: (bytes) => outlet.send(bytes), end: () => {} });

let folder: string;
const held: HeldListener[] = [];
const served: Served[] = [];
const hold = async (...args: Parameters<typeof holdListener>): Promise<HeldListener> => {
  const listener = await holdListener(...args);
  held.push(listener);
  return listener;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homing-listener-'));
});

afterEach(() => {
  for (const server of served.splice(0)) server.close();
  for (const listener of held.splice(0)) listener.release();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (path: string, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      socket.destroy();
      resolve(bytes.toString('latin1'));
    });
    socket.write(text);
  });

const serve = async (listener: HeldListener): Promise<void> => {
  if (listener.bound.at !== 'handle') throw new Error('not a socket');
  served.push(await serveProtocol(listener.bound.handle, echo, createMemoryLog()));
};

describe('a unix socket', () => {
  test.each([0o600, 0o660, 0o666])('has mode %o from the moment it exists', async (mode) => {
    const path = join(folder, 'sub', 'deep', 'auth-client');
    await hold({ kind: 'unix', path, owner: { ...owner, mode } });
    expect(lstatSync(path).mode & 0o777).toBe(mode);
  });

  test('gets its owner', async () => {
    const path = join(folder, 's');
    const root = process.getuid?.() === 0;
    const [uid, gid] = root ? [65_534, 65_534] : [process.getuid?.(), process.getgid?.()];
    await hold({ kind: 'unix', path, owner: { mode: 0o600, uid, gid } });
    expect(lstatSync(path)).toMatchObject({ uid, gid });
  });

  test('changes its owner and mode, and keeps them when it is renewed', async () => {
    const path = join(folder, 's');
    const listener = await hold({ kind: 'unix', path, owner });
    listener.changeOwner({ ...owner, mode: 0o660 });
    expect(lstatSync(path).mode & 0o777).toBe(0o660);
    rmSync(path);
    listener.changeOwner({ ...owner, mode: 0o666 });
    await listener.renew();
    expect(lstatSync(path).mode & 0o777).toBe(0o666);
  });

  test('queues connections until somebody serves it', async () => {
    const path = join(folder, 's');
    const listener = await hold({ kind: 'unix', path, owner });
    const early = ask(path, 'early\n');
    await serve(listener);
    expect(await early).toBe('early\n');
  });

  test('replaces a dead socket', async () => {
    const path = join(folder, 's');
    const first = await hold({ kind: 'unix', path, owner });
    if (first.bound.at === 'handle') first.bound.handle.close();
    const second = await hold({ kind: 'unix', path, owner });
    await serve(second);
    expect(await ask(path, 'x')).toBe('x');
  });

  test('refuses a path that somebody serves', async () => {
    const path = join(folder, 's');
    await hold({ kind: 'unix', path, owner });
    await expect(holdListener({ kind: 'unix', path, owner })).rejects.toThrow(`Socket already exists: ${path}`);
  });

  test('never removes what is not a socket', async () => {
    const path = join(folder, 's');
    writeFileSync(path, 'precious');
    await expect(holdListener({ kind: 'unix', path, owner })).rejects.toThrow('is not a socket');
    expect(existsSync(path)).toBe(true);
  });

  test('names the path in every failure', async () => {
    const tooLong = join(folder, 'x'.repeat(120));
    await expect(holdListener({ kind: 'unix', path: tooLong, owner })).rejects.toThrow(tooLong);
    writeFileSync(join(folder, 'file'), '');
    const below = join(folder, 'file', 's');
    await expect(holdListener({ kind: 'unix', path: below, owner })).rejects.toThrow(
      `mkdir(${join(folder, 'file')}) failed: File exists`,
    );
  });

  test('is removed on release, unless it is no longer ours', async () => {
    const path = join(folder, 's');
    const ours = await holdListener({ kind: 'unix', path, owner });
    ours.release();
    expect(existsSync(path)).toBe(false);
    const second = await holdListener({ kind: 'unix', path, owner });
    rmSync(path);
    writeFileSync(path, 'theirs');
    second.release();
    expect(existsSync(path)).toBe(true);
  });
});

describe('renew', () => {
  test('puts a removed socket back, and the old handle does not take the new file away', async () => {
    const path = join(folder, 's');
    const listener = await hold({ kind: 'unix', path, owner });
    expect(await listener.renew()).toEqual({ result: 'same' });
    rmSync(path);
    expect(await listener.renew()).toEqual({ result: 'renewed' });
    await serve(listener);
    expect(await ask(path, 'again')).toBe('again');
    expect(await listener.renew()).toEqual({ result: 'same' });
  });

  test('leaves the path to somebody else who serves it', async () => {
    const path = join(folder, 's');
    const listener = await hold({ kind: 'unix', path, owner });
    rmSync(path);
    const other: Server = createServer();
    await new Promise<void>((resolve) => other.listen(path, resolve));
    expect(await listener.renew()).toEqual({ result: 'taken', why: `Socket already exists: ${path}` });
    await new Promise((resolve) => other.close(resolve));
    expect(await listener.renew()).toEqual({ result: 'renewed' });
  });

  test('a change of mode is not a removal', async () => {
    const path = join(folder, 's');
    const listener = await hold({ kind: 'unix', path, owner });
    chmodSync(path, 0o666);
    expect(await listener.renew()).toEqual({ result: 'same' });
  });

  test('happens by itself within a second, folder and all', async () => {
    const path = join(folder, 'login', 'director');
    const listener = await hold({ kind: 'unix', path, owner });
    const log = createMemoryLog();
    const renewed = Promise.withResolvers<HeldListener>();
    const watch = watchListeners(() => [listener], renewed.resolve, log);
    const removedAt = performance.now();
    rmSync(join(folder, 'login'), { recursive: true });
    await serve(await renewed.promise);
    expect(await ask(path, 'back')).toBe('back');
    expect(performance.now() - removedAt).toBeLessThan(1_000);
    expect(log.entries.map((entry) => entry.text)).toEqual([`${path} was removed by somebody, created it again`]);
    watch.stop();
  });
});

describe('a fifo', () => {
  const read = (listener: HeldListener, bytes: number): Promise<string> =>
    new Promise((resolve) => {
      if (listener.bound.at !== 'fifo') throw new Error('not a fifo');
      let seen = '';
      listener.bound.fifo.on('data', (chunk) => {
        seen += chunk.toString();
        if (seen.length >= bytes) resolve(seen);
      });
    });

  test('survives its writers, one after the other', async () => {
    const path = join(folder, 'proxy-notify');
    const listener = await hold({ kind: 'fifo', path, owner: { ...owner, mode: 0o622 } });
    expect(lstatSync(path).isFIFO()).toBe(true);
    expect(lstatSync(path).mode & 0o777).toBe(0o622);
    const all = read(listener, 10);
    writeFileSync(path, 'alice\n');
    writeFileSync(path, 'bob\n');
    expect(await all).toBe('alice\nbob\n');
  });

  test('comes back', async () => {
    const path = join(folder, 'proxy-notify');
    const listener = await hold({ kind: 'fifo', path, owner });
    rmSync(path);
    expect(await listener.renew()).toEqual({ result: 'renewed' });
    const all = read(listener, 4);
    writeFileSync(path, 'eve\n');
    expect(await all).toBe('eve\n');
  });

  test('never replaces a file', async () => {
    const path = join(folder, 'f');
    writeFileSync(path, 'precious');
    await expect(holdListener({ kind: 'fifo', path, owner })).rejects.toThrow('is not a fifo');
  });
});

describe('a TCP port', () => {
  test('in use is a clear error', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(holdListener({ kind: 'inet', address: '127.0.0.1', port })).rejects.toThrow(
      `listen(127.0.0.1, ${port}) failed: Address already in use`,
    );
    server.close();
  });

  test('of an address that is not ours is a clear error', async () => {
    await expect(holdListener({ kind: 'inet', address: '192.0.2.1', port: 20_201 })).rejects.toThrow(
      'listen(192.0.2.1, 20201) failed: Cannot assign requested address',
    );
  });

  test('`*` and `::` can both have the same number', async () => {
    await hold({ kind: 'inet', address: '0.0.0.0', port: 20_202 });
    await hold({ kind: 'inet', address: '::', port: 20_202 });
    expect(held).toHaveLength(2);
  });
});
