import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type MasterSocket, masterSocketPath, openMasterSocket } from './master-sockets.ts';

const ANVIL = '/run/dovecot/anvil';
const ofProcess = (service: unknown, pid: unknown): MasterSocket => ({ of: 'process', service, pid }) as MasterSocket;

test.each<[MasterSocket, string | undefined]>([
  [{ of: 'anvil' }, ANVIL],
  [ofProcess('imap-login', 1), '/run/dovecot/srv.imap-login/1'],
  [ofProcess('managesieve-login', 4_194_304), '/run/dovecot/srv.managesieve-login/4194304'],
  [ofProcess('imap', 1), undefined],
  [ofProcess('../x-login', 1), undefined],
  [ofProcess('x/y-login', 1), undefined],
  [ofProcess('IMAP-login', 1), undefined],
  [ofProcess('imap-login\0', 1), undefined],
  [ofProcess('-login', 1), undefined],
  [ofProcess(undefined, 1), undefined],
  [ofProcess('imap-login', 0), undefined],
  [ofProcess('imap-login', -1), undefined],
  [ofProcess('imap-login', 1.5), undefined],
  [ofProcess('imap-login', 4_194_305), undefined],
  [ofProcess('imap-login', '1/../../x'), undefined],
  [{ of: 'master' } as unknown as MasterSocket, undefined],
])('%j', (socket, path) => {
  expect(masterSocketPath(socket, ANVIL)).toBe(path);
  expect(masterSocketPath(socket, '')).toBeUndefined();
});

test('what the other side says at once is left to be read by whoever gets the connection', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homing-master-'));
  const path = join(folder, 'anvil');
  const server = createServer((socket) => socket.write('hello'));
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  const socket = await openMasterSocket({ of: 'anvil' }, path);
  await new Promise((resolve) => setImmediate(resolve));
  expect(socket.bytesRead).toBe(0);
  const data = new Promise((resolve) => socket.once('data', resolve));
  socket.resume();
  expect(String(await data)).toBe('hello');
  socket.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

test('why not is told', async () => {
  await expect(openMasterSocket({ of: 'anvil' }, '/nowhere/anvil')).rejects.toThrow(
    'connect(/nowhere/anvil) failed: No such file or directory',
  );
  await expect(openMasterSocket(ofProcess('imap', 1), ANVIL)).rejects.toThrow('the master does not connect there');
});
