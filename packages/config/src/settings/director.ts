/** The director. Source: src/director/director-settings.c. */
import { size, str, time, uint } from '../types/define.ts';

export const directorSettings = {
  director_flush_socket: str(''),
  director_mail_servers: str(''),
  director_max_parallel_kicks: uint(100),
  director_max_parallel_moves: uint(100),
  director_output_buffer_size: size('10 M'),
  director_ping_idle_timeout: time('30 secs'),
  director_ping_max_timeout: time('1 mins'),
  director_servers: str(''),
  director_user_expire: time('15 mins'),
  director_user_kick_delay: time('2 secs'),
  director_username_hash: str('%Lu'),
  master_user_separator: str(''),
} as const;
