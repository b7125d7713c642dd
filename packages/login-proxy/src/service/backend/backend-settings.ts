/** What the backend side of the login proxy reads of the configuration. */
import type { Settings } from '@homing/config';

export type BackendTlsSettings = Pick<
  Settings,
  | 'ssl_ca'
  | 'ssl_cipher_list'
  | 'ssl_cipher_suites'
  | 'ssl_client_ca_dir'
  | 'ssl_client_ca_file'
  | 'ssl_client_cert'
  | 'ssl_client_key'
  | 'ssl_client_require_valid_cert'
  | 'ssl_min_protocol'
>;

export type BackendSettings = BackendTlsSettings &
  Pick<
    Settings,
    | 'auth_verbose'
    | 'director_username_hash'
    | 'login_proxy_max_disconnect_delay'
    | 'login_proxy_max_reconnects'
    | 'login_proxy_notify_path'
    | 'login_proxy_timeout'
    | 'login_source_ips'
  >;
