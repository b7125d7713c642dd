/** Homing's auth server and director in the process of a test, as the executables put them together. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuthServer } from '@homing/auth-socket';
import { loadConfig } from '@homing/config';
import { type AuthSocket, type AuthSockets, createDirector, type DirectorService } from '@homing/director-ring';
import { connectInProcess, connectUnix, type Log, type ProtocolFactory } from '@homing/io';
import { nodeSource } from '../../src/settings/node-source.ts';
import { startAuth } from '../../src/wiring/auth.ts';
import { makeInstanceDir } from './server.ts';

/** `config`: passdbs and userdbs, in 2.3's language. */
export const startOwnAuth = async (
  config: (dir: string) => string,
  files: Readonly<Record<string, string>>,
  log: Log,
): Promise<{ readonly server: AuthServer } & AsyncDisposable> => {
  const dir = await makeInstanceDir();
  const path = join(dir, 'homing.conf');
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text, 'latin1');
  await writeFile(path, `base_dir = ${dir}\nprotocols =\n${config(dir)}`);
  const running = await startAuth(loadConfig(path, nodeSource), log);
  if (running === undefined) throw new Error('no passdb');
  return {
    server: running.server,
    async [Symbol.asyncDispose]() {
      await running.server[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
    },
  };
};

/** A director alone, with these auth servers behind it. */
export const startOwnDirector = (
  hosts: string,
  auth: { readonly login: ProtocolFactory; readonly userdb: ProtocolFactory },
  log: Log,
): Promise<DirectorService> => directorBefore(hosts, inProcess(auth, log), log);

const inProcess = (auth: { login: ProtocolFactory; userdb: ProtocolFactory }, log: Log): AuthSockets => ({
  login: { connect: connectInProcess(auth.login, log), path: 'login', isOurs: false },
  userdb: { connect: connectInProcess(auth.userdb, log), path: 'userdb', isOurs: false },
});

/** Of an auth server that may not be there yet: each path is asked for when somebody connects. */
export const socketsOf = (path: (kind: 'login' | 'userdb') => string, log: Log): AuthSockets => {
  const socket = (kind: 'login' | 'userdb'): AuthSocket => ({
    connect: (factory) => connectUnix(path(kind), log)(factory),
    path: kind,
    isOurs: false,
  });
  return { login: socket('login'), userdb: socket('userdb') };
};

export const directorBefore = (hosts: string, connectAuth: AuthSockets, log: Log): Promise<DirectorService> =>
  createDirector({
    settings: {
      ...loadConfig('', { ...nodeSource, read: () => ({ text: '' }) }).settings(),
      director_mail_servers: hosts,
    },
    log,
    connectAuth,
    isRestart: false,
    connectIpc: () => Promise.reject(new Error('no ipc')),
    connectHost: () => () => Promise.reject(new Error('no probes')),
    resolve: async (name) => (name === 'localhost' ? ['127.0.0.1'] : []),
    flush: {
      connect: () => () => Promise.reject(new Error('no flush')),
      run: () => Promise.reject(new Error('no program')),
    },
    now: () => performance.timeOrigin + performance.now(),
  });
