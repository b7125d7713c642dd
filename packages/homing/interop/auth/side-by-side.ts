/** Dovecot's auth server and ours on the same configuration file, and the same lines for both. */
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { AuthSocketType } from '@homing/auth-socket';
import { loadConfig } from '@homing/config';
import { createMemoryLog, driveProtocol } from '@homing/io';
import { nodeSource } from '../../src/settings/node-source.ts';
import { startAuth } from '../../src/wiring/auth.ts';
import { type Dovecot, startDovecot } from '../lib/dovecot.ts';
import { openLineClient } from '../lib/line-client.ts';
import type { Finished } from '../lib/process.ts';
import type { ServerOptions } from '../lib/server.ts';

export type Socket = 'client' | 'login' | 'userdb';

export type SideBySide = {
  /** Sends the lines in one write to each and waits for as many replies, by request id. */
  ask(socket: Socket, lines: readonly string[]): Promise<{ dovecot: Replies; homing: Replies }>;
  /** Runs Debian's doveadm against each; `args` gets the paths of its sockets. */
  doveadm(args: (socket: (name: Socket | 'master') => string) => readonly string[]): Promise<{
    dovecot: Finished;
    homing: Finished;
  }>;
} & AsyncDisposable;

/** Reply lines by the id in their second field; several of one id are joined. */
export type Replies = Readonly<Record<string, string>>;

const LISTENERS = `
service auth {
  unix_listener auth-client {
    mode = 0666
  }
  unix_listener auth-login {
    mode = 0666
  }
  unix_listener auth-userdb {
    mode = 0600
  }
}`;
const DOVECOT_SOCKETS: Readonly<Record<Socket | 'master', string>> = {
  client: 'auth-client',
  login: 'auth-login',
  userdb: 'auth-userdb',
  master: 'auth-master',
};

export const startSideBySide = async (options: ServerOptions): Promise<SideBySide> => {
  const config = (dir: string): string => `protocols =\n${options.config(dir)}\n${LISTENERS}`;
  const dovecot = await startDovecot({ ...options, config });
  const ours = await startOurs(dovecot);
  return {
    async ask(socket, lines) {
      const [theirs, homing] = await Promise.all([
        replies(dovecot.socket(DOVECOT_SOCKETS[socket]), socket, lines),
        replies(ours.socket(socket), socket, lines),
      ]);
      return { dovecot: theirs, homing };
    },
    async doveadm(args) {
      const theirs = await dovecot.doveadm(...args((name) => dovecot.socket(DOVECOT_SOCKETS[name])));
      return { dovecot: theirs, homing: await dovecot.doveadm(...args((name) => ours.socket(name))) };
    },
    async [Symbol.asyncDispose]() {
      await ours[Symbol.asyncDispose]();
      await dovecot[Symbol.asyncDispose]();
    },
  };
};

type Ours = { socket(name: Socket | 'master'): string } & AsyncDisposable;

const startOurs = async (dovecot: Dovecot): Promise<Ours> => {
  const dir = join(dovecot.dir, 'ours');
  await mkdir(dir);
  const log = createMemoryLog('auth');
  const running = await startAuth(loadConfig(dovecot.configFile, nodeSource), log);
  if (running === undefined) throw new Error('the configuration has no passdb');
  const { server } = running;
  const listen = async (type: AuthSocketType): Promise<Server> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const listener = createServer((socket) => driveProtocol(socket, server.serve(type, undefined), log));
    listener.listen(join(dir, type), resolve);
    await promise;
    return listener;
  };
  const listeners = [await listen('client'), await listen('login'), await listen('userdb'), await listen('master')];
  return {
    socket: (name) => join(dir, name),
    async [Symbol.asyncDispose]() {
      for (const listener of listeners) listener.close();
      await server[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
    },
  };
};

const replies = async (path: string, socket: Socket, lines: readonly string[]): Promise<Replies> => {
  using client = await openLineClient(path);
  if (socket === 'userdb') client.send('VERSION\t1\t0\n');
  else client.send('VERSION\t1\t2\nCPID\t4711\n');
  await client.linesUntil((line) => line.startsWith(socket === 'userdb' ? 'SPID' : 'DONE'));
  client.send(lines.map((line) => `${line}\n`).join(''));
  const found: Record<string, string> = {};
  for (let finished = 0; finished < lines.length; ) {
    const line = await client.line();
    const id = line.split('\t')[1] ?? '';
    found[id] = found[id] === undefined ? normal(line) : `${found[id]}\n${normal(line)}`;
    if (!line.startsWith('LIST\t')) finished++;
  }
  return found;
};

/** 2.3 leaves empty fields behind for hidden ones; we do not. */
const normal = (line: string): string => (line.startsWith('DONE') ? line : line.replace(/\t+(?=\t|$)/g, ''));
