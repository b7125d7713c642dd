/** For tests: the auth server of the recorded dialogues, with its files and its database in a directory of its own. */
import { cpSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@homing/config';
import { createMemoryLog, type Log } from '@homing/io';
import Database from 'better-sqlite3';
import { createAuthServer } from '../service/auth-server.ts';
import type { AuthServer } from '../service/auth-server-options.ts';
import { createDrivers } from '../service/drivers.ts';
import { createHashing } from '../service/hashing/hashing.ts';

export type FixtureSite = {
  readonly server: AuthServer;
  /** `auth: Info: text`, as the fixtures have it. */
  readonly logged: () => string[];
} & AsyncDisposable;

const FIXTURES = new URL('../../../../protocol-fixtures/', import.meta.url).pathname;

/** The site's files, its directory put for `/srv/site`. One of 2.4 has its own users; its settings are 2.4's language. */
const makeSite = (protocol: string): string => {
  const dir = mkdtempSync(join(tmpdir(), 'homing-auth-'));
  const series = protocol.replace(/-2\.4$/, '');
  cpSync(join(FIXTURES, series, 'site'), dir, { recursive: true });
  if (series !== protocol) cpSync(join(FIXTURES, protocol, 'site', 'users'), join(dir, 'users'));
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    writeFileSync(path, readFileSync(path, 'latin1').replaceAll('/srv/site', dir), 'latin1');
  }
  const database = new Database(join(dir, 'users.db'));
  database.exec(readFileSync(join(dir, 'users.sql'), 'utf8'));
  database.close();
  return dir;
};

/** Failures are not delayed; everything else is as it was recorded. */
export const startFixtureSite = async (protocol: string): Promise<FixtureSite> => {
  const dir = makeSite(protocol);
  const config = loadConfig(join(dir, 'dovecot.conf'), {
    read: (path) => ({ text: readFileSync(path, 'latin1') }),
    glob: (pattern) => globSync(pattern),
    env: () => undefined,
    resolveHost: () => [],
    userExists: () => true,
  });
  const log = createMemoryLog('auth');
  const hashing = createHashing(1);
  const server = await createServer(config, log, hashing);
  const levels = { debug: 'Debug', info: 'Info', warning: 'Warning', error: 'Error', fatal: 'Fatal', panic: 'Panic' };
  return {
    server,
    logged: () => log.entries.map(({ level, text }) => `auth: ${levels[level]}: ${text}`),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await hashing[Symbol.asyncDispose]();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

const createServer = (
  config: ReturnType<typeof loadConfig>,
  log: Log,
  hashing: ReturnType<typeof createHashing>,
): Promise<AuthServer> => {
  let connections = 0;
  return createAuthServer({
    config: {
      protocols: [],
      settingsFor: () => ({
        settings: { ...config.settings(), auth_failure_delay: 0 },
        passdbs: config.passdbs(),
        userdbs: config.userdbs(),
      }),
    },
    drivers: createDrivers(log),
    verifyPassword: hashing.verifyPassword,
    log,
    host: {
      spid: 10_001,
      now: Date.now,
      // Cookies as the fixtures mask them.
      randomBytes: (count) =>
        Buffer.from([0xc0, ++connections])
          .toString('latin1')
          .repeat(count / 2),
      resolveHost: async () => [],
      uidOf: () => undefined,
      gidOf: () => undefined,
      userName: () => undefined,
      ownerOf: () => ({ uid: 0, gid: 0 }),
      hostname: 'mail.example.com',
      env: () => undefined,
      tokenSecret: 's'.repeat(32),
    },
  });
};
