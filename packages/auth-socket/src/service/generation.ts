/** Builds a configuration into chains, and closes its databases once it is replaced and nobody waits for them. */
import { hostVariable as processVariable } from '@homing/io';
import { asciiUpper, type ByteString, parseIpAddress, rememberLast } from '@homing/wire';
import type { Auth } from '../core/chain/auth.ts';
import { buildAuth } from '../core/chain/build.ts';
import type { Passdb, Userdb } from '../core/passdb/passdb.ts';
import { offeredMechanisms } from '../core/sasl/mechanisms.ts';
import { AuthSettingsError } from '../core/settings.ts';
import type { AuthConfig, AuthHost, Drivers } from './auth-server-options.ts';
import type { Generation } from './world.ts';

export type OwnedGeneration = Generation & { readonly retire: () => Promise<void> };

const DNS_TIMEOUT_MS = 10_000;

/** Throws AuthSettingsError, or what a driver throws, and leaves nothing open. */
export const buildGeneration = async (
  config: AuthConfig,
  drivers: Drivers,
  host: AuthHost,
): Promise<OwnedGeneration> => {
  const opened = new AsyncDisposableStack();
  try {
    return await build(config, drivers, host, opened);
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
};

const build = async (
  config: AuthConfig,
  drivers: Drivers,
  host: AuthHost,
  opened: AsyncDisposableStack,
): Promise<OwnedGeneration> => {
  const { settings } = config.settingsFor('');
  refuseWhatIsMissing(config);
  const mechanisms = offeredMechanisms(settings.auth_mechanisms, settings.auth_anonymous_username);
  const passdbs = new Map<string, Passdb>();
  const userdbs = new Map<string, Userdb>();
  const deps = {
    mechanisms,
    selfIps: await selfAddresses(settings.auth_proxy_self, host),
    hostVariable: (name: string) => hostVariable(name, host),
    passdb: (block: { driver: string; args: string }) =>
      once(passdbs, `${block.driver}\t${block.args}`, () => opened.use(drivers.passdb(block))),
    userdb: (block: { driver: string; args: string; isOnly: boolean }) =>
      once(userdbs, `${block.driver}\t${block.args}\t${block.isOnly}`, () => opened.use(drivers.userdb(block))),
  };
  const fallback = buildAuth(config.settingsFor(''), deps);
  const services = new Map<string, Auth>();
  for (const protocol of config.protocols) services.set(protocol, buildAuth(config.settingsFor(protocol), deps));

  let waiting = 0;
  let isRetired = false;
  const closeWhenIdle = async (): Promise<void> => {
    if (isRetired && waiting === 0) await opened.disposeAsync();
  };
  return {
    debug: settings.auth_debug,
    mechanismNamed: rememberLast((name: ByteString) => mechanisms.get(asciiUpper(name))),
    mechs: [...mechanisms.values()].map(({ name, flags }) => ({ name, flags })),
    isUniform: services.size === 0,
    authFor: (service) => (service === undefined ? fallback : (services.get(service) ?? fallback)),
    async hold(work) {
      waiting++;
      try {
        return await work;
      } finally {
        waiting--;
        await closeWhenIdle();
      }
    },
    retire() {
      isRetired = true;
      return closeWhenIdle();
    },
  };
};

/** What the administrator should know, one text each. */
export const configWarnings = (config: AuthConfig): readonly string[] =>
  ['', ...config.protocols].some((protocol) => config.settingsFor(protocol).settings.auth_cache_size !== 0)
    ? ['auth_cache_size is set, but there is no auth cache: every request asks the databases']
    : [];

/** Settings that would change who gets in, or how fast, and that this version does not have. */
const refuseWhatIsMissing = (config: AuthConfig): void => {
  for (const protocol of ['', ...config.protocols]) {
    const { auth_policy_server_url: url } = config.settingsFor(protocol).settings;
    if (url !== '') throw new AuthSettingsError('auth_policy_server_url: The policy server is not supported');
  }
};

const once = <Value>(known: Map<string, Value>, key: string, make: () => Value): Value => {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
};

const selfAddresses = async (setting: string, host: AuthHost): Promise<ReadonlySet<string>> => {
  const found = new Set<string>();
  for (const word of setting.split(' ')) {
    if (word === '') continue;
    const ip = parseIpAddress(word);
    for (const text of ip === undefined ? await resolveSelf(word, host) : [ip]) {
      const parsed = parseIpAddress(text);
      if (parsed !== undefined) found.add(parsed);
    }
  }
  return found;
};

const resolveSelf = async (name: string, host: AuthHost): Promise<readonly string[]> => {
  try {
    return await host.resolveHost(name, DNS_TIMEOUT_MS);
  } catch (error) {
    throw new AuthSettingsError(`auth_proxy_self_name: gethostbyname(${name}) failed: ${(error as Error).message}`);
  }
};

const hostVariable = (name: string, host: AuthHost): string | undefined => {
  if (name === 'hostname') return host.hostname;
  if (name === 'env' || name.startsWith('env:')) return host.env(name.slice('env:'.length)) ?? '';
  return name === 'uid' || name === 'gid' ? processVariable(name) : undefined;
};
