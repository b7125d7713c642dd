/** dict, stats, replicator and aggregator. */
import { port, size, str, time, uint } from '../types/define.ts';

export const helperSettings = {
  dict_db_config: str(''),
  old_stats_carbon_interval: time('30 secs'),
  old_stats_carbon_name: str(''),
  old_stats_carbon_server: str(''),
  old_stats_command_min_time: time('1 mins'),
  old_stats_domain_min_time: time('12 hours'),
  old_stats_ip_min_time: time('12 hours'),
  old_stats_memory_limit: size('16 M'),
  old_stats_session_min_time: time('15 mins'),
  old_stats_user_min_time: time('1 hours'),
  replication_dsync_parameters: str('-d -N -l 30 -U'),
  replication_full_sync_interval: time('1 days'),
  replication_max_conns: uint(10),
  replicator_host: str('replicator'),
  replicator_port: port(0),
  stats_http_rawlog_dir: str(''),
} as const;
