/** What every program reads: paths, logging, HAProxy. Source: src/lib-master/master-service-settings.c. */
import { bool, size, str, time } from '../types/define.ts';

export const commonSettings = {
  base_dir: str('/run/dovecot'),
  config_cache_size: size('1 M'),
  debug_log_path: str(''),
  haproxy_timeout: time('3 secs'),
  haproxy_trusted_networks: str(''),
  import_environment: str('TZ CORE_OUTOFMEM CORE_ERROR LISTEN_PID LISTEN_FDS NOTIFY_SOCKET'),
  info_log_path: str(''),
  instance_name: str('dovecot'),
  log_core_filter: str(''),
  log_debug: str(''),
  log_path: str('syslog'),
  log_timestamp: str('%b %d %H:%M:%S '),
  process_shutdown_filter: str(''),
  shutdown_clients: bool('yes'),
  state_dir: str('/var/lib/dovecot'),
  stats_writer_socket_path: str('stats-writer'),
  syslog_facility: str('mail'),
  verbose_proctitle: bool('no'),
  version_ignore: bool('no'),
} as const;
