/** The auth server with the real clock, random numbers, resolver and system users. */
import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { statSync } from 'node:fs';
import { hostname } from 'node:os';
import {
  type AuthConfig,
  type AuthHost,
  type AuthServer,
  createAuthServer,
  createDrivers,
  createHashing,
} from '@homing/auth-socket';
import type { Config } from '@homing/config';
import { type Log, lookupGroup, lookupUser, userNameOf } from '@homing/io';
import { runsAuth } from '../plan/listener-plan.ts';
import { tokenSecret } from './token-secret.ts';

/** Protocols that a `protocol name { }` block may name. */
const PROTOCOLS = ['imap', 'pop3', 'submission', 'sieve', 'lmtp', 'lda', 'smtp', 'doveadm'];

export type RunningAuth = {
  readonly server: AuthServer;
  /** Reads the drivers' files again too. Rejects, and changes nothing, if something is wrong. */
  reload(config: Config): Promise<void>;
};

/** `undefined` if there is no passdb: then somebody else's auth server is used. Rejects with the reason not to start. */
export const startAuth = async (config: Config, log: Log): Promise<RunningAuth | undefined> => {
  if (!runsAuth(config)) return undefined;
  const own = log.service('auth');
  // Drivers share what they have opened, so a reload needs new ones to see a changed file.
  let drivers = createDrivers(own);
  const server = await createAuthServer({
    config: authConfig(config),
    drivers: {
      passdb: (settings) => drivers.passdb(settings),
      userdb: (settings) => drivers.userdb(settings),
    },
    verifyPassword: createHashing().verifyPassword,
    host: authHost(config.settings().base_dir),
    log: own,
  });
  return {
    server,
    async reload(next) {
      const before = drivers;
      drivers = createDrivers(own);
      try {
        await server.reload(authConfig(next));
      } catch (error) {
        drivers = before;
        throw error;
      }
    },
  };
};

const authConfig = (config: Config): AuthConfig => ({
  // The same answer object means that no block is for this protocol.
  protocols: PROTOCOLS.filter((service) => config.settings({ service }) !== config.settings()),
  settingsFor(protocol) {
    const filter = protocol === '' ? {} : { service: protocol };
    return { settings: config.settings(filter), passdbs: config.passdbs(filter), userdbs: config.userdbs(filter) };
  },
});

const authHost = (baseDir: string): AuthHost => ({
  spid: process.pid,
  now: Date.now,
  randomBytes: (count) => randomBytes(count).toString('latin1'),
  resolveHost,
  uidOf: (name) => lookupUser(name)?.uid,
  gidOf: lookupGroup,
  userName: userNameOf,
  ownerOf: (path) => statSync(path),
  hostname: hostname(),
  env: (name) => process.env[name],
  tokenSecret: tokenSecret(baseDir),
});

const resolveHost = async (name: string, timeoutMs: number): Promise<readonly string[]> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('Timeout')), timeoutMs);
  try {
    return (await Promise.race([lookup(name, { all: true }), late])).map(({ address }) => address);
  } catch (error) {
    const isUnknown = error instanceof Error && 'code' in error && error.code === 'ENOTFOUND';
    throw isUnknown ? new Error('Name or service not known', { cause: error }) : error;
  } finally {
    clearTimeout(timer);
  }
};
