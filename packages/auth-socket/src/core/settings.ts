/**
 * The settings the auth server reads, under their 2.3 names: times in seconds, sizes in bytes. `passdb { }` and
 * `userdb { }` blocks as they stand in the configuration, in order.
 */
import type { DriverSettings } from './passdb/driver-deps.ts';

export type AuthSettings = {
  /** Space separated, any case. */
  readonly auth_mechanisms: string;
  readonly auth_default_realm: string;
  readonly auth_username_chars: string;
  readonly auth_username_translation: string;
  readonly auth_username_format: string;
  readonly auth_master_user_separator: string;
  readonly auth_anonymous_username: string;
  /** Space separated addresses and host names. */
  readonly auth_proxy_self: string;
  readonly auth_failure_delay: number;
  readonly auth_cache_size: number;
  readonly auth_policy_server_url: string;
  readonly auth_verbose: boolean;
  readonly auth_debug: boolean;
  readonly auth_debug_passwords: boolean;
  /** `no`, `plain`, `sha1`, with `:N` to cut after N characters. */
  readonly auth_verbose_passwords: string;
  readonly auth_ssl_require_client_cert: boolean;
  readonly auth_ssl_username_from_cert: boolean;
};

export type ResultRule = 'return-ok' | 'return' | 'return-fail' | 'continue' | 'continue-ok' | 'continue-fail';

type DatabaseSettings = DriverSettings & {
  readonly name: string;
  readonly default_fields: string;
  readonly override_fields: string;
  readonly result_success: string;
  readonly result_failure: string;
  readonly result_internalfail: string;
  /** `default`, `yes` or `no`. */
  readonly auth_verbose: string;
};

export type PassdbBlock = DatabaseSettings & {
  readonly mechanisms: string;
  readonly username_filter: string;
  /** `never`, `authenticated` or `unauthenticated`. */
  readonly skip: string;
  readonly deny: boolean;
  readonly pass: boolean;
  readonly master: boolean;
};

export type UserdbBlock = DatabaseSettings & {
  /** `never`, `found` or `notfound`. */
  readonly skip: string;
};

/** What one `protocol { }` block, or the configuration outside of them, makes of the auth server. */
export type AuthServiceSettings = {
  readonly settings: AuthSettings;
  readonly passdbs: readonly PassdbBlock[];
  readonly userdbs: readonly UserdbBlock[];
};

/** The administrator's mistake: refuse to start, or keep the running configuration. `message` is Dovecot's text. */
export class AuthSettingsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AuthSettingsError';
  }
}
