import type { Settings } from '@homing/config';

/** The settings that a director reads; times in seconds. */
export type DirectorSettings = Pick<
  Settings,
  | 'auth_master_user_separator'
  | 'director_flush_socket'
  | 'director_mail_servers'
  | 'director_max_parallel_kicks'
  | 'director_max_parallel_moves'
  | 'director_servers'
  | 'director_user_expire'
  | 'director_user_kick_delay'
  | 'director_username_hash'
>;
