/**
 * This server's own settings. Dovecot would refuse them, so they live in an included file of their own. A setting
 * added here is at once parsed, typed, printed by homeconf and checked against conf.d/10-homing.conf.
 */
import { bool, oneOf, str, time, uint } from '../types/define.ts';

export const homingSettings = {
  homing_anvil_socket: str(''),
  homing_auth_behind_director: bool('no'),
  homing_auth_login_socket: str(''),
  homing_auth_userdb_socket: str(''),
  homing_director_allow_nets: str(''),
  homing_director_look_time: time('20 secs'),
  homing_director_max_connections: uint(256),
  homing_director_max_users: uint(10_000_000),
  homing_director_static_ring: bool('no'),
  homing_director_tls_ca: str(''),
  homing_director_tls_cert: str(''),
  homing_director_tls_key: str(''),
  homing_director_tls_servers: str(''),
  homing_health_checks: str(''),
  homing_health_down_after: uint(3),
  homing_health_interval: time('30s'),
  homing_health_move_users: bool('yes'),
  homing_health_password: str(''),
  homing_health_timeout: time('5s'),
  homing_health_up_after: uint(2),
  homing_health_user: str(''),
  homing_ipc_socket: str(''),
  homing_log_format: oneOf('dovecot', 'json'),
  homing_login_workers: uint(0),
} as const;

export const homingSettingNames: readonly string[] = Object.keys(homingSettings);
