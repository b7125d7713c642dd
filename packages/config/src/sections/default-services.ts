/**
 * The services that exist without a word in the file (captured: `doveconf -d`, 2.3.19.1 with Pigeonhole 0.5.19), in the
 * order in which doveconf goes through them. Their warnings list services in this order.
 */
import type { Scalar } from '../types/setting.ts';

type Values = Readonly<Record<string, Scalar>>;

export type DefaultService = {
  readonly name: string;
  readonly values: Values;
  readonly unix?: Readonly<Record<string, Values>>;
  readonly fifo?: Readonly<Record<string, Values>>;
  readonly inet?: Readonly<Record<string, Values>>;
};

const INTERNAL = '$default_internal_user';
const INTERNAL_GROUP = '$default_internal_group';
const LOGIN = '$default_login_user';
/** `UINT_MAX`: such a process is never stopped for being idle. */
const NEVER_IDLE = 4_294_967_295;

const everyone: Values = { mode: 0o666 };
const ownerOnly: Values = {};
const internalOnly: Values = { user: INTERNAL };
const internalGroup: Values = { mode: 0o660, group: INTERNAL_GROUP };
const disabled: Values = { mode: 0 };

const login = (name: string, protocol: string): Pick<DefaultService, 'name' | 'values'> => ({
  name,
  values: { protocol, type: 'login', executable: name, user: LOGIN, chroot: 'login', service_count: 1 },
});

/** One user's process after login. */
const mail = (protocol: string, limit: number): Values => ({
  protocol,
  extra_groups: INTERNAL_GROUP,
  process_limit: limit,
  client_limit: 1,
  service_count: 1,
});

export const defaultServices: readonly DefaultService[] = [
  { ...login('managesieve-login', 'sieve'), inet: { sieve: { port: 4190 } } },
  {
    name: 'managesieve',
    values: { protocol: 'sieve', executable: 'managesieve', client_limit: 1, service_count: 1 },
    unix: { 'login/sieve': everyone },
  },
  { name: 'tcpwrap', values: { executable: 'tcpwrap', user: INTERNAL, client_limit: 1 } },
  {
    name: 'health-check',
    values: {
      executable: 'script -p health-check.sh',
      user: INTERNAL,
      drop_priv_before_exec: true,
      client_limit: 1,
    },
  },
  {
    name: 'submission',
    values: { ...mail('submission', 1024), executable: 'submission' },
    unix: { 'login/submission': everyone },
  },
  { ...login('submission-login', 'submission'), inet: { submission: { port: 587 } } },
  {
    name: 'stats',
    values: { executable: 'stats', user: INTERNAL, process_limit: 1, idle_kill: NEVER_IDLE },
    unix: { 'stats-reader': ownerOnly, 'stats-writer': internalGroup, 'login/stats-writer': { user: LOGIN } },
  },
  {
    name: 'replicator',
    values: { executable: 'replicator', process_limit: 1, idle_kill: NEVER_IDLE },
    unix: { replicator: internalOnly, 'replicator-doveadm': { ...disabled, user: INTERNAL } },
  },
  {
    name: 'aggregator',
    values: { executable: 'aggregator', user: INTERNAL, chroot: '.' },
    unix: { 'replication-notify': ownerOnly },
    fifo: { 'replication-notify-fifo': ownerOnly },
  },
  { name: 'pop3', values: { ...mail('pop3', 1024), executable: 'pop3' }, unix: { 'login/pop3': everyone } },
  { ...login('pop3-login', 'pop3'), inet: { pop3: { port: 110 }, pop3s: { port: 995, ssl: true } } },
  {
    name: 'old-stats',
    values: { executable: 'old-stats', user: INTERNAL, chroot: 'empty', process_limit: 1, idle_kill: NEVER_IDLE },
    unix: { 'old-stats': ownerOnly },
    fifo: { 'old-stats-mail': ownerOnly, 'old-stats-user': ownerOnly },
  },
  {
    name: 'log',
    values: { type: 'log', executable: 'log', process_limit: 1, idle_kill: NEVER_IDLE },
    unix: { 'log-errors': ownerOnly },
  },
  {
    name: 'lmtp',
    values: { protocol: 'lmtp', executable: 'lmtp', extra_groups: INTERNAL_GROUP, client_limit: 1 },
    unix: { lmtp: everyone },
  },
  {
    name: 'ipc',
    values: { executable: 'ipc', user: INTERNAL, chroot: 'empty', process_limit: 1 },
    unix: { ipc: internalOnly, 'login/ipc-proxy': { user: LOGIN } },
  },
  {
    name: 'indexer-worker',
    values: {
      type: 'worker',
      executable: 'indexer-worker',
      extra_groups: INTERNAL_GROUP,
      process_limit: 10,
      client_limit: 1,
    },
    unix: { 'indexer-worker': internalOnly },
  },
  {
    name: 'indexer',
    values: { executable: 'indexer', user: INTERNAL, process_limit: 1 },
    unix: { indexer: everyone },
  },
  {
    name: 'imap',
    values: { ...mail('imap', 1024), executable: 'imap' },
    unix: { 'login/imap': everyone, 'imap-master': ownerOnly },
  },
  {
    name: 'imap-urlauth-worker',
    values: { ...mail('imap', 1024), executable: 'imap-urlauth-worker' },
    unix: { 'imap-urlauth-worker': internalOnly },
  },
  {
    name: 'imap-urlauth',
    values: { ...mail('imap', 1024), executable: 'imap-urlauth', user: INTERNAL, extra_groups: '' },
    unix: { 'token-login/imap-urlauth': everyone },
  },
  {
    name: 'imap-urlauth-login',
    values: { ...login('imap-urlauth-login', 'imap').values, chroot: 'token-login' },
    unix: { 'imap-urlauth': everyone },
  },
  { ...login('imap-login', 'imap'), inet: { imap: { port: 143 }, imaps: { port: 993, ssl: true } } },
  {
    name: 'imap-hibernate',
    values: { protocol: 'imap', executable: 'imap-hibernate', user: INTERNAL },
    unix: { 'imap-hibernate': internalGroup },
  },
  {
    name: 'doveadm',
    values: { executable: 'doveadm-server', extra_groups: INTERNAL_GROUP, client_limit: 1, service_count: 1 },
    unix: { 'doveadm-server': ownerOnly },
  },
  {
    name: 'dns-client',
    values: { executable: 'dns-client', user: INTERNAL, client_limit: 1 },
    unix: { 'dns-client': everyone, 'login/dns-client': everyone },
  },
  {
    name: 'director',
    values: { executable: 'director', user: INTERNAL, chroot: '.', process_limit: 1, idle_kill: NEVER_IDLE },
    unix: { 'login/director': disabled, 'director-admin': ownerOnly },
    fifo: { 'login/proxy-notify': disabled },
  },
  { name: 'dict', values: { executable: 'dict', user: INTERNAL, client_limit: 1 }, unix: { dict: internalGroup } },
  { name: 'dict-async', values: { executable: 'dict', user: INTERNAL }, unix: { 'dict-async': internalGroup } },
  {
    name: 'config',
    values: { type: 'config', executable: 'config', idle_kill: NEVER_IDLE },
    unix: { config: ownerOnly },
  },
  {
    name: 'auth',
    values: { executable: 'auth', user: INTERNAL, process_limit: 1 },
    unix: {
      'login/login': everyone,
      'token-login/tokenlogin': everyone,
      'auth-login': internalOnly,
      'auth-client': internalOnly,
      'auth-userdb': { mode: 0o666, user: INTERNAL },
      'auth-master': ownerOnly,
    },
  },
  {
    name: 'auth-worker',
    values: { type: 'worker', executable: 'auth -w', client_limit: 1 },
    unix: { 'auth-worker': internalOnly },
  },
  {
    name: 'anvil',
    values: {
      type: 'anvil',
      executable: 'anvil',
      user: INTERNAL,
      chroot: 'empty',
      process_min_avail: 1,
      process_limit: 1,
      idle_kill: NEVER_IDLE,
    },
    unix: { anvil: ownerOnly, 'anvil-auth-penalty': ownerOnly },
  },
];
