/** The settings the auth server reads, under their 2.3 names: times in seconds, sizes in bytes. */
import type { PassdbSettings, Settings, UserdbSettings } from '@homing/config';

export type AuthSettings = Pick<
  Settings,
  | 'auth_mechanisms'
  | 'auth_default_realm'
  | 'auth_username_chars'
  | 'auth_username_translation'
  | 'auth_username_format'
  | 'auth_master_user_separator'
  | 'auth_anonymous_username'
  | 'auth_proxy_self'
  | 'auth_failure_delay'
  | 'auth_cache_size'
  | 'auth_policy_server_url'
  | 'auth_verbose'
  | 'auth_debug'
  | 'auth_debug_passwords'
  | 'auth_verbose_passwords'
  | 'auth_ssl_require_client_cert'
  | 'auth_ssl_username_from_cert'
  | 'homing_auth_behind_director'
>;

/** What one `protocol { }` block, or the configuration outside of them, makes of the auth server. */
export type AuthServiceSettings = {
  readonly settings: AuthSettings;
  /** In the order of the configuration, master passdbs among them. */
  readonly passdbs: readonly PassdbSettings[];
  readonly userdbs: readonly UserdbSettings[];
};

/** The administrator's mistake: refuse to start, or keep the running configuration. `message` is Dovecot's text. */
export class AuthSettingsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AuthSettingsError';
  }
}
