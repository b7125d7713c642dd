/**
 * Configurations made of pieces that fit and pieces that do not, some damaged afterwards. The same seeds give the same
 * configurations; a failure prints its seed.
 */
import { based } from './config-case.ts';

export type RandomConfig = { readonly seed: number; readonly conf: string; readonly args: readonly string[] };

type Pick = <T>(items: readonly T[]) => T;

/** mulberry32: small, and good enough to choose lines. */
const createPick = (seed: number): { pick: Pick; below: (n: number) => number } => {
  let state = seed >>> 0;
  const below = (n: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
  const pick: Pick = (items) => {
    const item = items[below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  };
  return { pick, below };
};

const settings = [
  'auth_debug = yes',
  'auth_verbose=1',
  'login_greeting = hi $instance_name',
  'login_greeting = "a # b" # c',
  'login_greeting = x#y',
  'auth_cache_ttl = 30 s',
  'auth_cache_size = 10 M',
  'mail_plugins = $mail_plugins x',
  'ssl = required',
  'listen = 127.0.0.1',
  'protocols = imap pop3',
  'doveadm_password = foo',
  'login_trusted_networks = "10.0.0.0/8 pass=x"',
  'mail_location = maildir:~/M',
  'log_timestamp = "%b "',
  "login_greeting = 'it'",
  'first_valid_uid = 5',
  'ssl_cert = </etc/x',
  'foo = bar',
  'login_log_format = a \\',
  'passdb/0/driver = x',
  'service/auth/client_limit = 2000',
  'plugin/a = b',
  'login_proxy_timeout = 1500 ms',
  '# comment',
  '',
];

const contents: Readonly<Record<string, readonly string[]>> = {
  service: [
    'client_limit = 2000',
    'executable = imap-login director',
    'user = root',
    'process_limit = 4',
    'vsz_limit = 500M',
    'idle_kill = 1 w',
    'chroot =',
    'extra_groups = $default_internal_group',
    'unix_listener auth-x {',
    'unix_listener login/login {',
    'inet_listener imap {',
    'inet_listener {',
    'fifo_listener "b c" {',
    'bogus = 1',
  ],
  listener: ['mode = 0600', 'mode = 600', 'user = root', 'port = 10143', 'ssl = yes', 'address = 127.0.0.1'],
  passdb: [
    'driver = static',
    'args = pass=foo nopassword=y',
    'master = yes',
    'skip = authenticated',
    'result_success = continue',
    'name = z',
  ],
  free: ['a = b', 'zz = "x # y"', 'c =', 'k = redis:host=1:secret=foo', 'url = https://u:p@h/'],
  namespace: ['inbox = yes', 'prefix = x/', 'mailbox Trash {', 'mailbox "Sent Mail" {', 'list = children'],
  mailbox: ['special_use = \\Sent', 'auto = create', 'autoexpunge = 30 d'],
  metric: ['group_by = a b', 'fields = c', 'exporter = e'],
};

const blocks: Readonly<Record<string, string>> = {
  'service auth {': 'service',
  'service imap-login {': 'service',
  'service foo {': 'service',
  'passdb {': 'passdb',
  'passdb x {': 'passdb',
  'plugin {': 'free',
  'dict {': 'free',
  'namespace inbox {': 'namespace',
  'metric m {': 'metric',
  'protocol imap {': 'top',
  'protocol !pop3 {': 'top',
  'local 10.0.0.0/8 {': 'top',
  'local 10.1.0.0/16 {': 'top',
  'remote 192.168.0.1 {': 'top',
  'local_name "a.b *.c" {': 'top',
};

const inside = (kind: string, line: string): string => {
  if (kind === 'service') return 'listener';
  return kind === 'namespace' ? 'mailbox' : (blocks[line] ?? 'top');
};

const generate = (seed: number): string => {
  const { pick, below } = createPick(seed);
  const lines = (kind: string, depth: number): string[] =>
    Array.from({ length: below(5) + 1 }, () => {
      const isBlock = kind === 'top' && depth < 4 && below(2) === 0;
      const line = pick(isBlock ? Object.keys(blocks) : (contents[kind] ?? settings));
      return line.endsWith('{') ? [line, ...lines(inside(kind, line), depth + 1), '}'] : [line];
    }).flat();
  const whole = `${lines('top', 0).join('\n')}\n`;
  const text = below(2) === 0 ? based(whole) : whole;
  if (below(2) === 0) return text;
  const at = below(text.length);
  const damage = pick([' ', '"', "'", '\\', '#', '{', '}', '=', '$', '<', '\n', '/', '0', '\\\n', '\r', '\u00e4']);
  return text.slice(0, at) + damage + text.slice(at + below(3));
};

const runs = [
  ['-n'],
  ['-N'],
  ['-a'],
  ['-n', '-P'],
  ['-n', '-f', 'service=imap'],
  ['-n', '-f', 'local=10.1.2.3', '-f', 'remote=192.168.0.1'],
  ['-n', '-f', 'lname=a.b', '-f', 'protocol=pop3'],
  ['service'],
  ['passdb'],
];

export const randomConfigs = (count: number): readonly RandomConfig[] =>
  Array.from({ length: count }, (_, seed) => ({
    seed,
    conf: generate(seed),
    args: runs[seed % runs.length] ?? ['-n'],
  }));
