/**
 * Settings that mean something to a Dovecot server and nothing to this one, so far. They are read and printed as all
 * others; a file that sets one to anything but its default gets a warning, so that nobody waits for an effect.
 */
import type { SettingName } from './table.ts';

/** Caching, the policy server, mechanisms and workers that the auth server does not have. */
const auth = [
  'auth_cache_negative_ttl',
  'auth_cache_size',
  'auth_cache_ttl',
  'auth_cache_verify_password_with_worker',
  'auth_gssapi_hostname',
  'auth_krb5_keytab',
  'auth_policy_check_after_auth',
  'auth_policy_check_before_auth',
  'auth_policy_hash_mech',
  'auth_policy_hash_nonce',
  'auth_policy_hash_truncate',
  'auth_policy_log_only',
  'auth_policy_reject_on_fail',
  'auth_policy_report_after_auth',
  'auth_policy_request_attributes',
  'auth_policy_server_api_header',
  'auth_policy_server_timeout_msecs',
  'auth_realms',
  'auth_stats',
  'auth_use_winbind',
  'auth_winbind_helper_path',
  'auth_worker_max_count',
] as const;

/** Programs that are not there: LMTP, ManageSieve, Submission, the doveadm server, replication, statistics. */
const programs = [
  'dict_db_config',
  'doveadm_allowed_commands',
  'doveadm_api_key',
  'doveadm_http_rawlog_dir',
  'doveadm_password',
  'doveadm_port',
  'doveadm_socket_path',
  'doveadm_ssl',
  'doveadm_username',
  'doveadm_worker_count',
  'dsync_alt_char',
  'dsync_commit_msgs_interval',
  'dsync_features',
  'dsync_hashed_headers',
  'dsync_remote_cmd',
  'lmtp_add_received_header',
  'lmtp_client_workarounds',
  'lmtp_hdr_delivery_address',
  'lmtp_proxy',
  'lmtp_proxy_rawlog_dir',
  'lmtp_rawlog_dir',
  'lmtp_rcpt_check_quota',
  'lmtp_save_to_detail_mailbox',
  'lmtp_user_concurrency_limit',
  'lmtp_verbose_replies',
  'managesieve_client_workarounds',
  'managesieve_implementation_string',
  'managesieve_logout_format',
  'managesieve_max_compile_errors',
  'managesieve_max_line_length',
  'managesieve_notify_capability',
  'managesieve_sieve_capability',
  'old_stats_carbon_interval',
  'old_stats_carbon_name',
  'old_stats_carbon_server',
  'old_stats_command_min_time',
  'old_stats_domain_min_time',
  'old_stats_ip_min_time',
  'old_stats_memory_limit',
  'old_stats_session_min_time',
  'old_stats_user_min_time',
  'replication_dsync_parameters',
  'replication_full_sync_interval',
  'replication_max_conns',
  'replicator_host',
  'replicator_port',
  'stats_http_rawlog_dir',
  'stats_writer_socket_path',
  'submission_backend_capabilities',
  'submission_client_workarounds',
  'submission_host',
  'submission_logout_format',
  'submission_max_mail_size',
  'submission_max_recipients',
  'submission_relay_command_timeout',
  'submission_relay_connect_timeout',
  'submission_relay_host',
  'submission_relay_master_user',
  'submission_relay_max_idle_time',
  'submission_relay_password',
  'submission_relay_port',
  'submission_relay_rawlog_dir',
  'submission_relay_ssl',
  'submission_relay_ssl_verify',
  'submission_relay_trusted',
  'submission_relay_user',
  'submission_ssl',
  'submission_timeout',
] as const;

const others = [
  'first_valid_gid',
  'first_valid_uid',
  'import_environment',
  'last_valid_gid',
  'last_valid_uid',
  'libexec_dir',
  'log_core_filter',
  'login_access_sockets',
  'login_plugins',
  'login_proxy_rawlog_dir',
  'mail_max_userip_connections',
  'master_user_separator',
  'process_shutdown_filter',
  'shutdown_clients',
  'ssl_crypto_device',
  'verbose_proctitle',
  'verbose_ssl',
] as const;

export const unservedSettings: readonly SettingName[] = [...auth, ...programs, ...others];

/** Sections of programs that are not there. */
export const unservedSections: readonly string[] = ['dict', 'event_exporter', 'metric'];

/** Of `service` blocks: how Dovecot runs its processes, and this server does not run its own. */
const unservedServiceKeys = [
  'chroot',
  'drop_priv_before_exec',
  'idle_kill',
  'process_min_avail',
  'reuse_port',
  'vsz_limit',
];

/** Services of other programs are not run at all, whatever they say. */
const servedServices = ['anvil', 'auth', 'director', 'imap-login', 'ipc', 'pop3-login'];

/** `path`: `service/imap-login/inet_listener/imap/reuse_port`. */
export const isUnservedInService = (path: string): boolean => {
  const [top, service = '', ...rest] = path.split('/');
  return top === 'service' && servedServices.includes(service) && unservedServiceKeys.includes(rest.at(-1) ?? '');
};
