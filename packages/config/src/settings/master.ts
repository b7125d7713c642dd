/** The master process and what several programs share. Source: src/master/master-settings.c. */
import { size, str, time, uint } from '../types/define.ts';

export const masterSettings = {
  auth_socket_path: str('auth-userdb'),
  default_client_limit: uint(1000),
  default_idle_kill: time('1 mins'),
  default_internal_group: str('dovecot'),
  default_internal_user: str('dovecot'),
  default_login_user: str('dovenull'),
  default_process_limit: uint(100),
  default_vsz_limit: size('256 M'),
  first_valid_gid: uint(1),
  first_valid_uid: uint(500),
  last_valid_gid: uint(0),
  last_valid_uid: uint(0),
  libexec_dir: str('/usr/lib/dovecot'),
  listen: str('*, ::'),
  protocols: str(''),
} as const;
