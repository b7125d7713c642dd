import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Config } from './config.ts';
import { ConfigError } from './error.ts';
import { loadConfig } from './load.ts';
import { memorySource } from './testing/memory-source.ts';

const load = (conf: string, files: Readonly<Record<string, string>> = {}, overrides: string[] = []): Config =>
  loadConfig('dovecot.conf', memorySource({ 'dovecot.conf': conf, ...files }), overrides);

const failure = (conf: string, files: Readonly<Record<string, string>> = {}): ConfigError => {
  try {
    load(conf, files);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('it loaded');
};

test('an empty file is Dovecot as compiled', () => {
  const config = load('');
  const settings = config.settings();
  expect(settings).toMatchObject({
    auth_mechanisms: 'plain',
    auth_failure_delay: 2,
    auth_debug: false,
    login_proxy_timeout: 30_000,
    director_output_buffer_size: 10_485_760,
    ssl: 'yes',
    listen: '*, ::',
  });
  expect(config.warnings).toEqual([]);
  expect(config.services.size).toBe(32);
});

test('services have their limits, names and paths resolved', () => {
  const { services } = load(
    'base_dir = /tmp/x/\ndefault_internal_user = me\ndefault_client_limit = 50\nservice auth {\n' +
      '  unix_listener auth-x {\n    mode = 0600\n    group = mail\n  }\n  unix_listener /abs {\n  }\n}\n' +
      'service imap-login {\n  executable = imap-login director\n  inet_listener imaps {\n    port = 0\n  }\n}\n',
  );
  expect(services.get('auth')).toMatchObject({ user: 'me', client_limit: 50, process_limit: 1, chroot: '' });
  expect(services.get('auth')?.unixListeners).toContainEqual({
    path: '/tmp/x/auth-x',
    mode: 0o600,
    user: '',
    group: 'mail',
  });
  expect(services.get('auth')?.unixListeners.at(-1)?.path).toBe('/abs');
  expect(services.get('imap-login')).toMatchObject({
    chroot: '/tmp/x/login',
    service_count: 1,
    inetListeners: [
      { name: 'imap', port: 143, ssl: false, address: '' },
      { name: 'imaps', port: 0, ssl: true },
    ],
  });
});

test('filters narrow settings, and a lookup is made once', () => {
  const config = load(
    'login_greeting = all\nprotocol imap {\n  login_log_format = imap\n}\nlocal 10.0.0.0/8 {\n  login_greeting = ten\n' +
      '  remote 192.168.0.0/16 {\n    login_greeting = both\n  }\n}\nlocal_name *.example.com {\n  ssl_cert = x\n}\n',
  );
  const greeting = (filter?: Parameters<Config['settings']>[0]): string => config.settings(filter).login_greeting;
  expect(greeting()).toBe('all');
  expect(greeting({ localIp: '10.1.2.3' })).toBe('ten');
  expect(greeting({ localIp: '::ffff:10.1.2.3' })).toBe('ten');
  expect(greeting({ localIp: '10.1.2.3', remoteIp: '192.168.5.5' })).toBe('both');
  expect(greeting({ remoteIp: '192.168.5.5' })).toBe('all');
  expect(config.settings({ service: 'imap' }).login_log_format).toBe('imap');
  expect(config.settings({ localName: 'A.Example.COM' }).ssl_cert).toBe('x');
  expect(config.settings({ localIp: '10.1.2.3' })).toBe(config.settings({ localIp: '10.9.9.9', service: 'pop3' }));
});

test('blocks of a protocol come before the global ones', () => {
  const config = load(
    'passdb {\n  driver = pam\n}\nprotocol imap {\n  passdb {\n    driver = static\n  }\n}\nuserdb {\n  driver = passwd\n}\n',
  );
  expect(config.passdbs().map(({ driver }) => driver)).toEqual(['pam']);
  expect(config.passdbs({ service: 'imap' }).map(({ driver }) => driver)).toEqual(['static', 'pam']);
  expect(config.userdbs({ service: 'imap' })).toMatchObject([{ driver: 'passwd', skip: 'never' }]);
});

test('a block knows where it began, in its own file and below a filter too', () => {
  const config = load(
    'passdb {\n  driver = pam\n}\nprotocol imap {\n  passdb {\n    driver = static\n  }\n}\nuserdb {\n  driver = passwd\n}\n',
  );
  const at = (line: number) => ({ where: { file: 'dovecot.conf', line } });
  expect(config.passdbs()).toMatchObject([at(1)]);
  expect(config.passdbs({ service: 'imap' })).toMatchObject([at(5), at(1)]);
  expect(config.userdbs()).toMatchObject([at(9)]);
  expect(config.userdbs({ service: 'imap' })).toMatchObject([at(9)]);
});

test('a lookup in two blocks that disagree fails', () => {
  const config = load('local 10.0.0.0/8 {\n  login_greeting = a\n}\nremote 10.0.0.0/8 {\n  login_greeting = b\n}\n');
  expect(() => config.settings({ localIp: '10.0.0.1', remoteIp: '10.0.0.2' })).toThrow(
    'Conflict in setting login_greeting found from filter at dovecot.conf:4',
  );
});

test('values are expanded for programs', () => {
  const config = load(
    'instance_name = i\nlogin_greeting = $instance_name $ENV:HOME x$instance_name\nssl_key = <keys/key\n',
    { 'keys/key': 'KEY\n' },
  );
  expect(config.settings()).toMatchObject({ login_greeting: 'i /root x$instance_name', ssl_key: 'KEY\n' });
});

test('a certificate that is not there is a warning, another file a fault', () => {
  const config = load('ssl_cert = </etc/x.pem\n');
  expect(config.settings().ssl_cert).toBe('');
  expect(config.warnings).toEqual([
    "dovecot.conf line 1: ssl_cert: Can't open file /etc/x.pem: No such file or directory",
  ]);
  expect(failure('doveadm_password = </etc/x\n').message).toBe(
    "Error in configuration file dovecot.conf line 1: doveadm_password: Can't open file /etc/x: No such file or directory",
  );
});

test('overrides come last', () => {
  expect(load('ssl = no\n', {}, ['ssl=required']).settings().ssl).toBe('required');
  expect(() => load('', {}, ['nosuch=1'])).toThrow('Invalid -o parameter nosuch=1: Unknown setting: nosuch');
});

test('settings of mail storage are named once', () => {
  const { warnings } = load(
    '\nmail_location = maildir:~/x\nnamespace inbox {\n  inbox = yes\n}\nplugin {\n}\npop3_save_uidl = yes\n',
  );
  expect(warnings).toEqual([
    'Ignoring 3 mail storage settings that this server does not use (first: mail_location at dovecot.conf:2)',
  ]);
});

test('settings of programs that are not here are named once, unless they change nothing', () => {
  const { warnings } = load('auth_cache_size = 0\nauth_cache_ttl = 5 mins\nmetric m {\n  filter = event=x\n}\n');
  expect(warnings).toEqual([
    'Ignoring 2 other settings that this server does not use (first: auth_cache_ttl at dovecot.conf:2)',
  ]);
});

test('settings of services that have no effect are named once, for services that run here', () => {
  const { warnings } = load(
    'service imap-login {\n  vsz_limit = 64 M\n  client_limit = 5\n  inet_listener imap {\n    reuse_port = yes\n  }\n}\n' +
      'service lmtp {\n  process_min_avail = 5\n}\n',
  );
  expect(warnings).toEqual([
    'Ignoring 2 service settings that this server does not use (first: service/imap-login/vsz_limit at dovecot.conf:2)',
  ]);
});

test.each([
  ['passdb { driver = static }\n', 1, "Garbage after '{'"],
  ['\nlogin_greeting foo\n', 2, "Expecting '{'"],
  ['= foo\n', 1, "Missing key name ('=' at the beginning of line)"],
  ['service auth {\n  bogus = 1\n}\n', 2, 'Unknown setting: service { bogus'],
  ['director_doveadm_port = 9091\n', 1, 'Unknown setting: director_doveadm_port'],
  ['director_flush_script = /bin/true\n', 1, 'Unknown setting: director_flush_script'],
  ['ssl = no\n}\n', 2, "Unexpected '}'"],
  ['auth_debug = true\n', 1, 'Invalid boolean value: true (use yes or no)'],
  ['auth_cache_ttl = 5\n', 1, "Time interval '5' is missing units (add e.g. 's' for seconds)"],
  ['!include nosuch\n', 1, 'No matches'],
  ['!include dovecot.conf\n', 1, 'Recursive include file: dovecot.conf'],
  ['ssl = maybe\n', 1, 'Invalid value: maybe'],
  ['local nosuchhost {\n', 1, 'gethostbyname(nosuchhost) failed: Name or service not known'],
])('%j names its line', (conf, line, text) => {
  expect(failure(conf)).toMatchObject({
    file: 'dovecot.conf',
    line,
    text,
    message: `Error in configuration file dovecot.conf line ${line}: ${text}`,
  });
});

test.each([
  ['service auth {\n', "Missing '}' (section started at dovecot.conf:1)"],
  ['listen =\n', "listen can't be set empty"],
  ['protocols = foo\n', 'protocols: Unknown protocol: foo'],
  ['default_login_user = nosuchuser\n', "default_login_user doesn't exist: nosuchuser"],
  [
    'protocols = imap\nservice imap {\n  process_min_avail = 5000\n}\n',
    'service(imap): process_min_avail is higher than process_limit',
  ],
])('%j is wrong as a whole', (conf, text) => {
  expect(failure(conf).message).toBe(`Error in configuration file dovecot.conf: ${text}`);
});

test('an error in an included file names that file', () => {
  expect(
    failure('ssl = no\n!include d/*.conf\n', { 'd/a.conf': 'ssl = yes\n', 'd/b.conf': '\nfoo = 1\n' }),
  ).toMatchObject({
    file: 'd/b.conf',
    line: 2,
  });
});

test('loading twice gives the same: nothing is kept between loads', () => {
  const conf = 'protocols = imaps\nlogin_greeting = x#y\nmail_location = x\n';
  expect(load(conf).warnings).toEqual(load(conf).warnings);
});

const word = fc.constantFrom(
  'service',
  'auth',
  'passdb',
  'plugin',
  'protocol',
  'imap',
  'local',
  '10.0.0.0/8',
  'remote',
  'unix_listener',
  'x',
  'mode',
  '0600',
  'ssl',
  'no',
  'auth_debug',
  '=',
  '{',
  '}',
  '\n',
  '\n',
  '\n',
  '"',
  '$ssl',
  '<f',
  '#',
  '\\',
  'auth_user',
  'listen',
  '!include d',
  'socket',
  'listen',
  'dict',
  'namespace',
  'service/auth/user',
);

test('any text loads or fails with ConfigError', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), (words) => {
      try {
        load(words.join(' '), { d: words.slice(3).join(' ') });
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
      }
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['homing_anvil_socket = anvil', 'line 2: homing_anvil_socket: not an absolute path: anvil'],
  [
    'homing_anvil_socket = /run/d/anvil\nhoming_ipc_socket = /run/d/ipc',
    "line 2: homing_anvil_socket: /run/d/anvil is Dovecot 2.4's, but homing_ipc_socket = /run/d/ipc in the same base_dir " +
      "is Dovecot 2.3's (dovecot.conf line 3)",
  ],
])('%j contradicts itself', (conf, text) => {
  expect(failure(`ssl = no\n${conf}\n`).message).toBe(`Error in configuration file dovecot.conf ${text}`);
});

test('login processes of two Dovecots may be reached', () => {
  const settings = load('homing_anvil_socket = /run/d/anvil\nhoming_ipc_socket = /run/old/ipc\n').settings();
  expect([settings.homing_anvil_socket, settings.homing_ipc_socket]).toEqual(['/run/d/anvil', '/run/old/ipc']);
});
