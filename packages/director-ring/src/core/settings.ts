import type { Settings } from '@homing/config';

/** The settings that a director reads; times in seconds. */
export type DirectorSettings = Pick<
  Settings,
  | 'auth_master_user_separator'
  | 'director_flush_socket'
  | 'director_mail_servers'
  | 'director_max_parallel_kicks'
  | 'director_max_parallel_moves'
  | 'director_output_buffer_size'
  | 'director_ping_idle_timeout'
  | 'director_ping_max_timeout'
  | 'director_servers'
  | 'director_user_expire'
  | 'director_user_kick_delay'
  | 'director_username_hash'
  /** Probes of each mail host: `imap pop3:1110 tcp:993`. Empty: none. */
  | 'homing_health_checks'
  | 'homing_health_down_after'
  | 'homing_health_interval'
  | 'homing_health_move_users'
  | 'homing_health_password'
  | 'homing_health_timeout'
  | 'homing_health_up_after'
  | 'homing_health_user'
  /** Networks that ring connections and directors are taken from besides the known directors. */
  | 'homing_director_allow_nets'
  /** How long directors that can be reached get to become neighbours before we serve without them. */
  | 'homing_director_look_time'
  /** Of other directors to us, all together. */
  | 'homing_director_max_connections'
  /** Of all tags. */
  | 'homing_director_max_users'
  /** Only an administrator adds directors. */
  | 'homing_director_static_ring'
>;
