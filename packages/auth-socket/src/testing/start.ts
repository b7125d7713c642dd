/** For tests: an auth server without sockets, its clock and chance in the test's hand. */

import type { PassdbSettings, UserdbSettings } from '@homing/config';
import { createMemoryLog } from '@homing/io';
import { createPassdb } from '../core/passdb/passdb-driver.ts';
import { createVerifyPassword } from '../core/scheme/verify.ts';
import type { AuthSettings } from '../core/settings.ts';
import { createTestDeps, type TestDeps } from '../core/testing/driver-deps.ts';
import { createUserdb } from '../core/userdb/userdb-driver.ts';
import { createAuthServer } from '../service/auth-server.ts';
import type { AuthConfig, AuthHost, AuthServer, Drivers } from '../service/auth-server-options.ts';

export const SETTINGS: AuthSettings = {
  auth_mechanisms: 'plain login',
  auth_default_realm: '',
  auth_username_chars: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890.-_@',
  auth_username_translation: '',
  auth_username_format: '%Lu',
  auth_master_user_separator: '',
  auth_anonymous_username: 'anonymous',
  auth_proxy_self: '',
  auth_failure_delay: 0,
  auth_cache_size: 0,
  auth_policy_server_url: '',
  auth_verbose: true,
  auth_debug: false,
  auth_debug_passwords: false,
  auth_verbose_passwords: 'no',
  auth_ssl_require_client_cert: false,
  auth_ssl_username_from_cert: false,
  homing_auth_behind_director: false,
};

const COMMON = {
  name: '',
  args: '',
  default_fields: '',
  override_fields: '',
  result_success: 'return-ok',
  result_failure: 'continue',
  result_internalfail: 'continue',
  auth_verbose: 'default',
  skip: 'never',
  where: undefined,
} as const;

export const passdb = (block: Partial<PassdbSettings>): PassdbSettings => ({
  ...COMMON,
  driver: 'static',
  mechanisms: '',
  username_filter: '',
  deny: false,
  pass: false,
  master: false,
  ...block,
});

export const userdb = (block: Partial<UserdbSettings>): UserdbSettings => ({ ...COMMON, driver: 'static', ...block });

export type Site = {
  readonly settings?: Partial<AuthSettings>;
  readonly passdbs?: readonly PassdbSettings[];
  readonly userdbs?: readonly UserdbSettings[];
};

export const configOf = (site: Site): AuthConfig => ({
  protocols: [],
  settingsFor: () => ({
    settings: { ...SETTINGS, ...site.settings },
    passdbs: site.passdbs ?? [passdb({ args: 'password=secret' })],
    userdbs: site.userdbs ?? [],
  }),
});

export type TestAuth = {
  readonly server: AuthServer;
  readonly deps: TestDeps;
  /** `level: text` of every entry. */
  readonly logged: () => string[];
  readonly advance: (ms: number) => void;
} & AsyncDisposable;

/** Names that resolve; every other one fails. */
const HOSTS: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1'],
  'two.example': ['10.0.0.1', '10.0.0.2'],
};

const driversOf = (deps: TestDeps): Drivers => ({
  passdb: (settings) => createPassdb(settings, deps),
  userdb: (settings) => createUserdb(settings, deps),
});

export const startTestAuth = async (
  site: Site | AuthConfig,
  deps: TestDeps = createTestDeps(),
  host: Partial<AuthHost> = {},
  drivers: Drivers = driversOf(deps),
): Promise<TestAuth> => {
  const log = createMemoryLog('auth');
  let now = 1_795_300_000_000;
  const server = await createAuthServer({
    config: 'settingsFor' in site ? site : configOf(site),
    drivers,
    verifyPassword: createVerifyPassword(() => '', 100),
    log,
    host: {
      spid: 10_001,
      now: () => now,
      randomBytes: (count) => '\0'.repeat(count),
      resolveHost: async (name) => HOSTS[name] ?? Promise.reject(new Error('Name or service not known')),
      uidOf: (name) => (name === 'vmail' ? 5000 : undefined),
      gidOf: (name) => (name === 'vmail' ? 5001 : undefined),
      userName: (uid) => (uid === 65_534 ? 'nobody' : undefined),
      ownerOf: () => ({ uid: 7, gid: 8 }),
      hostname: 'mail.example.com',
      env: (name) => (name === 'REGION' ? 'eu' : undefined),
      tokenSecret: 's'.repeat(32),
      ...host,
    },
  });
  return {
    server,
    deps,
    logged: () => log.entries.map(({ level, text }) => `${level}: ${text}`),
    advance(ms) {
      now += ms;
      deps.advance(ms);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
};
