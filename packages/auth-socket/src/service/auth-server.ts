/** The auth server: one SPID, one set of connections, one configuration after another. */
import type { AuthConfig, AuthServer, AuthServerOptions } from './auth-server-options.ts';
import { serveClient } from './client-connection.ts';
import { createClientRegistry } from './client-registry.ts';
import { createFailureQueue } from './failure-queue.ts';
import { buildGeneration, configWarnings, type OwnedGeneration } from './generation.ts';
import { serveMaster } from './master-connection.ts';
import { createQuota } from './quota.ts';
import type { World } from './world.ts';

/** How often idle requests are looked for. */
const EXPIRE_CHECK_MS = 1000;

/** Of all connections; they hold about 2 kB each. */
const MAX_REQUESTS = 100_000;

/** Throws AuthSettingsError, or what a driver throws, if the configuration cannot work. */
export const createAuthServer = async (options: AuthServerOptions): Promise<AuthServer> => {
  const { host, drivers, log } = options;
  const ended = new AbortController();
  const pick = (below: number): number => randomBelow(below, host.randomBytes);
  const build = async (config: AuthConfig): Promise<OwnedGeneration> => {
    const built = await buildGeneration(config, drivers, host);
    for (const text of configWarnings(config)) log.warning('auth_settings', {}, text);
    return built;
  };
  let generation = await build(options.config);
  const clients = createClientRegistry();
  const requests = createQuota(MAX_REQUESTS);
  const failures = createFailureQueue(host.now, pick);
  const world: World = {
    env: {
      log,
      now: host.now,
      pick,
      verifyPassword: options.verifyPassword,
      signal: ended.signal,
      uidOf: host.uidOf,
      gidOf: host.gidOf,
      ownerOf: host.ownerOf,
      resolveHost: host.resolveHost,
    },
    host,
    current: () => generation,
    clients,
    failures,
    requests,
  };
  const expiry = setInterval(() => {
    clients.expire(host.now());
    const refused = requests.takeRefused();
    if (refused > 0) log.warning('auth_requests_refused', {}, `Too many requests are under way: refused ${refused}`);
  }, EXPIRE_CHECK_MS).unref();
  return {
    serve(type, file) {
      return type === 'login' || type === 'client' ? serveClient(world, type) : serveMaster(world, type, file);
    },
    async reload(config) {
      const next = await build(config);
      const last = generation;
      generation = next;
      await last.retire();
    },
    async [Symbol.asyncDispose]() {
      clearInterval(expiry);
      failures.flush();
      ended.abort();
      await generation.retire();
    },
  };
};

/** From 48 random bits, so that the remainder favours nobody noticeably. */
const randomBelow = (below: number, randomBytes: (count: number) => string): number =>
  Buffer.from(randomBytes(6), 'latin1').readUIntBE(0, 6) % below;
