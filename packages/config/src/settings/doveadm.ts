/** doveadm and dsync. Source: src/doveadm/doveadm-settings.c. */
import { oneOf, port, str, uint } from '../types/define.ts';

export const doveadmSettings = {
  doveadm_allowed_commands: str(''),
  doveadm_api_key: str(''),
  doveadm_http_rawlog_dir: str(''),
  doveadm_password: str(''),
  doveadm_port: port(0),
  doveadm_socket_path: str('doveadm-server'),
  doveadm_ssl: oneOf('no', 'ssl', 'starttls'),
  doveadm_username: str('doveadm'),
  doveadm_worker_count: uint(0),
  dsync_alt_char: str('_'),
  dsync_commit_msgs_interval: uint(100),
  dsync_features: str(''),
  dsync_hashed_headers: str('Date Message-ID'),
  dsync_remote_cmd: str('ssh -l%{login} %{host} doveadm dsync-server -u%u -U'),
} as const;
