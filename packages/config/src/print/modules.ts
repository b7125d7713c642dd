/**
 * Which settings `doveconf -m MODULE` prints: those a program of that name asks for (captured, 2.3.19.1). Modules of
 * mail programs bring the whole of mail storage.
 */
import { authSettings } from '../settings/auth.ts';
import { commonSettings } from '../settings/common.ts';
import { deliverySettings } from '../settings/delivery.ts';
import { directorSettings } from '../settings/director.ts';
import { doveadmSettings } from '../settings/doveadm.ts';
import { imapSettings } from '../settings/imap.ts';
import { lmtpSettings } from '../settings/lmtp.ts';
import { loginSettings } from '../settings/login.ts';
import { mailSettings } from '../settings/mail.ts';
import { mailClientSettings } from '../settings/mail-client.ts';
import { mailFormatSettings } from '../settings/mail-format.ts';
import { managesieveSettings } from '../settings/managesieve.ts';
import { masterSettings } from '../settings/master.ts';
import { sslSettings } from '../settings/ssl.ts';
import { submissionSettings } from '../settings/submission.ts';

const validIds = ['first_valid_gid', 'first_valid_uid', 'last_valid_gid', 'last_valid_uid'];
const serverTls = ['ssl_cert', 'ssl_key', 'ssl_alt_cert', 'ssl_alt_key', 'ssl_key_password', 'ssl_dh'];

const keysOf = (table: object): string[] => Object.keys(table);
const without = (keys: readonly string[], left: readonly string[]): string[] =>
  keys.filter((key) => !left.includes(key));

const imapLogin = ['imap_capability', 'imap_id_log', 'imap_id_retain', 'imap_id_send', 'imap_literal_minus'];
const login = [
  ...without(keysOf(loginSettings), imapLogin),
  'auth_debug',
  'auth_ssl_require_client_cert',
  'auth_ssl_username_from_cert',
  'auth_verbose',
  'director_username_hash',
];
const stats = [
  'event_exporter',
  'metric',
  'old_stats_carbon_interval',
  'old_stats_carbon_name',
  'old_stats_carbon_server',
  'old_stats_command_min_time',
  'old_stats_domain_min_time',
  'old_stats_ip_min_time',
  'old_stats_memory_limit',
  'old_stats_session_min_time',
  'old_stats_user_min_time',
  'stats_http_rawlog_dir',
];

/** What every program that opens mail reads. */
const storage = [
  ...without(keysOf(mailSettings), ['rawlog_dir']),
  ...keysOf(mailFormatSettings),
  ...keysOf(mailClientSettings),
  ...validIds,
  'auth_socket_path',
  'hostname',
  'namespace',
  'plugin',
  'pop3_deleted_flag',
  'pop3_uidl_format',
  'postmaster_address',
  'recipient_delimiter',
];
const submit = ['hostname', 'submission_host', 'submission_ssl', 'submission_timeout'];
const delivery = [...storage, ...keysOf(deliverySettings), ...submit];
const imapKeys = keysOf(imapSettings).filter((key) => key.startsWith('imap_') && key !== 'imap_urlauth_logout_format');
const pop3Keys = keysOf(imapSettings).filter((key) => key.startsWith('pop3_'));

const modules: Readonly<Record<string, readonly string[]>> = {
  aggregator: ['replicator_host', 'replicator_port'],
  auth: [...keysOf(authSettings), ...validIds, 'passdb', 'userdb', 'ssl_client_ca_dir', 'ssl_client_ca_file'],
  dict: ['dict', 'dict_db_config'],
  director: keysOf(directorSettings),
  doveadm: [...storage, ...keysOf(doveadmSettings), 'auth_debug', 'director_username_hash', 'libexec_dir'],
  imap: [...storage, ...submit, ...imapKeys, ...without(imapLogin, ['imap_id_retain']), 'rawlog_dir', 'sendmail_path'],
  'imap-login': [...login, ...imapLogin],
  lda: delivery,
  lmtp: [...delivery, ...keysOf(lmtpSettings), 'login_greeting', 'login_trusted_networks'],
  login,
  mail: storage,
  managesieve: [
    ...storage,
    ...without(keysOf(managesieveSettings), ['managesieve_notify_capability', 'managesieve_sieve_capability']),
    'rawlog_dir',
  ],
  'managesieve-login': [
    ...login,
    'managesieve_implementation_string',
    'managesieve_notify_capability',
    'managesieve_sieve_capability',
  ],
  master: [...without(keysOf(masterSettings), ['auth_socket_path']), 'service', 'ssl'],
  pop3: [...storage, ...pop3Keys, 'rawlog_dir'],
  'pop3-login': login,
  replicator: [
    'auth_socket_path',
    'doveadm_socket_path',
    'replication_dsync_parameters',
    'replication_full_sync_interval',
    'replication_max_conns',
  ],
  ssl: without(keysOf(sslSettings), serverTls),
  stats,
  submission: [
    ...storage,
    ...without(keysOf(submissionSettings), ['submission_host', 'submission_ssl', 'submission_timeout']),
    'imap_urlauth_host',
    'imap_urlauth_port',
    'login_greeting',
    'login_trusted_networks',
    'rawlog_dir',
  ],
  'submission-login': [...login, 'hostname', 'submission_client_workarounds', 'submission_max_mail_size'],
};

/** Whether a path's first part belongs to one of the modules or to all programs. */
export const inModules = (names: readonly string[]): ((path: string) => boolean) => {
  const wanted = new Set(keysOf(commonSettings));
  for (const name of names) {
    for (const key of Object.hasOwn(modules, name) ? (modules[name] ?? []) : []) wanted.add(key);
  }
  return (path) => wanted.has(path.split('/', 1)[0] ?? '');
};
