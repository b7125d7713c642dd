/**
 * Configurations that doveconf and homeconf must print alike, faults included. The main file is `t.conf` in the current
 * folder; other files stand beside it. Numbers refer to the specification's captured outputs (config.md 17).
 */
export type ConfigCase = {
  readonly name: string;
  readonly conf: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Arguments beside `-c t.conf`, one run each. */
  readonly runs?: readonly (readonly string[])[];
};

const n = [['-n']];

const base = 'base_dir = /tmp/specd\nstate_dir = /tmp/specd\ninstance_name = specd\nssl = no\nprotocols = imap\n';
const based = (conf: string): string => base + conf;

const structure: readonly ConfigCase[] = [
  ['section on one line', 'passdb { driver = static }\n'],
  ['brace on the next line', 'passdb\n{\n'],
  ['two arguments', 'service imap-login extra {\n'],
  ['no equals sign', 'login_greeting foo\n'],
  ['no key', '= foo\n'],
  ['no key in a section', 'service auth {\n = foo\n}\n'],
  ['never closed', 'ssl = no\nservice auth {\n'],
  ['closed twice', 'ssl = no\n}\n'],
  ['text after a closing brace', 'service auth {\n} foo\n'],
  ['includes itself', '!include t.conf\n'],
  ['include without a match', '!include nonexist.conf\n'],
  ['include_try without a match', 'ssl = no\n!include_try nonexist.conf\n'],
  ['unknown setting', 'foo_bar = 1\n'],
  ['unknown section', 'nosuch foo {\n'],
  ['unknown section in a section', 'service auth {\n nosuch x {\n'],
  ['unknown setting in a listener', 'service auth {\n unix_listener x {\n bogus = 1\n }\n}\n'],
  ['setting used as a section', 'ssl {\n}\n'],
  ['string used as a section', 'login_greeting {\n foo = bar\n}\n'],
  ['section inside plugin', 'plugin {\n foo {\n }\n}\n'],
  ['path to an unknown service', 'service/nosuch/client_limit = 5\n'],
  ['byte order mark', '\u00ef\u00bb\u00bfssl = no\n'],
  ['carriage returns', 'ssl = no\r\nlogin_greeting = hi  \r\n'],
  ['no final newline', 'ssl = no\nlogin_greeting = hi'],
  ['bytes above 7F', 'ssl = no\nlogin_greeting = \u00e4\u00ff\u00c3\u00a4\n'],
  ['backslash on the last line', 'ssl = no\nlogin_greeting = hi \\'],
  ['continued over a comment', 'login_greeting = foo \\\n# comment\nbar\n'],
  ['continued over an empty line', 'ssl = no\nauth_realms = a \\\n\nauth_verbose = yes\n'],
  ['continued', 'ssl = no\nlogin_greeting = one \\\n  two \\\n\tthree\n'],
].map(([name = '', conf = '']) => ({ name, conf }));

const values: readonly ConfigCase[] = [
  ['apostrophe protects #', "login_greeting = Don't stop # this is kept\n"],
  ['ambiguous #', 'login_greeting = hello#world\n'],
  ['spaces around', ' \tlogin_greeting   =   tabs and   inner   spaces   \t\n'],
  ['partly quoted', "login_log_format = 'it''s' # c\nauth_realms = \"a\" # trailing\n"],
  ['escapes', 'login_greeting = "a \\"b\\" \\\\ # c "\n'],
  ['no variables in quotes', "login_log_format = 'single $var # x'\n"],
  ['quotes within', 'login_trusted_networks = "x" y\n'],
  ['quoted spaces', 'login_greeting = "  spaced  "\n'],
  ['empty value', 'login_greeting =\nauth_realms =\n'],
  ['paths', 'service/imap-login/client_limit = 5\nplugin/yy = 5\nplugin {\n zz = "a # b"\n zz2 =\n}\n'],
  ['self reference', 'mail_plugins = acl\nmail_plugins = $mail_plugins quota\nlogin_greeting = $instance_name here\n'],
  ['self reference from nothing', 'mail_plugins = $mail_plugins sieve\n'],
  ['self reference in a filter', 'mail_plugins = acl\nprotocol imap {\n mail_plugins = $mail_plugins imap_quota\n}\n'],
  ['unknown variable unexpanded', 'login_greeting = $nosuch\n'],
  ['unknown self in a section', 'service auth {\n user = $user\n}\n'],
  ['several spaces between words', 'login_greeting = a   $b    c\n'],
  ['file values', 'ssl_cert = </etc/x.pem\nssl_ca = <   rel.pem\nssl_key = <key.pem\n'],
  ['secrets by name', 'doveadm_password = sec\nauth_policy_hash_nonce = x\ndoveadm_api_key = k\n'],
  ['secrets in values', 'login_greeting = my pass=foo secret_thing = bar nopassword key x https://u:p@h/ http://h/a\n'],
  ['secrets in quotes', 'login_greeting = "x # pass=foo; a "\n'],
  [
    'secrets in sections',
    'dict {\n bar = redis:host=127.0.0.1:secret=foo\n foo = pgsql:/etc/foo.conf\n}\n' +
      'passdb {\n driver = static\n args = proxy=y host=1.2.3.4 pass=xyz nopassword=y\n}\n' +
      'event_exporter exp {\n transport = http-post\n transport_args = https://u:p@example.com/x\n format = json\n' +
      ' format_args = time-rfc3339\n}\n',
  ],
].map(([name = '', conf = '']) => ({ name, conf: based(conf), runs: [['-n'], ['-nP'], ['-N']] }));

const types: readonly ConfigCase[] = [
  'auth_debug = Y',
  'auth_debug = 1',
  'auth_debug = on',
  'auth_debug = true',
  'auth_debug =',
  'auth_worker_max_count = -1',
  'auth_worker_max_count = 4294967296',
  'auth_worker_max_count = 12x',
  'auth_worker_max_count =',
  'auth_worker_max_count = 4294967295',
  'auth_cache_ttl = 30',
  'auth_cache_ttl = 0',
  'auth_cache_ttl = 90 s',
  'auth_cache_ttl = 90 M',
  'auth_cache_ttl = 2 w',
  'auth_cache_ttl = 25 hours',
  'auth_cache_ttl = 48h',
  'auth_cache_ttl = 30 parsecs',
  'auth_cache_ttl = 1500ms',
  'auth_cache_ttl = 3000 msecs',
  'auth_cache_ttl = 99999999 weeks',
  'auth_cache_ttl = x',
  'login_proxy_timeout = 1500ms',
  'login_proxy_timeout = 2 s',
  'login_proxy_timeout = 30',
  'login_proxy_timeout = 4294968 s',
  'auth_cache_size = 1kb',
  'auth_cache_size = 1 KiB',
  'auth_cache_size = 10M',
  'auth_cache_size = 1500',
  'auth_cache_size = 1.5M',
  'auth_cache_size = 1Q',
  'auth_cache_size = 99999999999T',
  'auth_cache_size = 5',
  'doveadm_port = 70000',
  'doveadm_port = x',
  'doveadm_proxy_port = 24',
  'ssl = NO',
  'ssl = yes',
  'doveadm_ssl = starttls',
  'auth_failure_delay = 2 secs',
  'auth_failure_delay = 0',
  'director_user_expire = 900 s',
  'director_output_buffer_size = 10485760',
  'service imap {\n idle_kill = 90 s\n vsz_limit = 1024M\n}',
  'service auth {\n unix_listener x {\n  mode = 600\n }\n unix_listener y {\n  mode = 0600\n }\n unix_listener z {\n  mode = 0\n }\n}',
  'service auth {\n unix_listener x {\n  mode = 0999\n }\n}',
  'service auth {\n client_limit = 2000\n idle_kill = 4294967295 secs\n vsz_limit = 18446744073709551615\n}',
].map((conf) => ({ name: conf.replaceAll('\n', ' '), conf: based(`${conf}\n`), runs: [['-n'], ['-N']] }));

const services: readonly ConfigCase[] = [
  {
    name: 'listeners are sorted (17.18)',
    conf: based(
      'service imap-login {\n executable = imap-login director\n idle_kill = 90 secs\n service_count = 0\n' +
        ' process_min_avail = 2\n inet_listener imap {\n  port = 21399\n  address = 127.0.0.1 ::1\n  reuse_port = yes\n' +
        '  haproxy = yes\n }\n inet_listener extra {\n  port = 21398\n  ssl = yes\n }\n}\nservice director {\n' +
        ' fifo_listener login/proxy-notify {\n  mode = 0666\n }\n unix_listener login/director {\n  mode = 0666\n }\n' +
        ' unix_listener director-userdb {\n  mode = 0600\n }\n inet_listener {\n  port = 9090\n }\n}\n' +
        'service auth {\n client_limit = 2000\n}\nservice anvil {\n client_limit = 1000\n}\n',
    ),
    runs: [['-n'], ['-N'], ['-a'], ['-s']],
  },
  {
    name: 'merged',
    conf: based(
      'service auth {\n unix_listener auth-x {\n mode = 0600\n }\n}\nservice auth {\n unix_listener auth-x {\n mode = 0660\n user = root\n }\n}\n',
    ),
  },
  { name: 'merged in another case', conf: based('service AUTH {\n client_limit = 2000\n}\n') },
  { name: 'new service', conf: based('service foo {\n executable = foo -x\n unix_listener bar {\n }\n}\n') },
  { name: 'auth client limit', conf: based('service auth {\n client_limit = 33\n}\n') },
  { name: 'anvil client limit', conf: based('service anvil {\n client_limit = 33\n}\n') },
  { name: 'too many spare processes', conf: based('service imap {\n process_min_avail = 5000\n}\n') },
  { name: 'two auth processes', conf: based('service auth {\n process_limit = 2\n}\n') },
  { name: 'little memory', conf: based('service imap {\n vsz_limit = 100k\n}\n') },
  { name: 'chroot after privileges', conf: based('service imap-login {\n drop_priv_before_exec = yes\n}\n') },
  { name: 'unknown type', conf: based('service imap {\n type = foo\n}\n') },
  { name: 'listener twice', conf: based('service auth {\n unix_listener stats-reader {\n mode = 0600\n }\n}\n') },
  { name: 'port twice', conf: based('service auth {\n inet_listener x {\n port = 143\n }\n}\n') },
  { name: 'base_dir in a path', conf: based('service auth {\n unix_listener /tmp/specd/foo {\n mode = 0600\n }\n}\n') },
  { name: 'protocol of nobody and empty listen (17.14)', conf: based('protocols = imap foo\nlisten =\n') },
  { name: 'protocol of nobody', conf: based('protocols = imap foo\n') },
  { name: 'no protocols', conf: based('protocols = none\n') },
  { name: 'no such user', conf: based('default_login_user = nosuchuser\n') },
  { name: 'no such internal user', conf: based('default_internal_user = nosuchuser\n') },
  { name: 'uid range', conf: based('first_valid_uid = 10\nlast_valid_uid = 5\n') },
  { name: 'gid range', conf: based('first_valid_gid = 10\nlast_valid_gid = 5\n') },
  { name: 'service without a name', conf: based('service {\n}\n') },
];

const chain: readonly ConfigCase[] = [
  {
    name: 'three blocks in order (17.10)',
    conf: based(
      'passdb {\n driver = static\n}\npassdb mine {\n driver = pam\n}\npassdb {\n driver = sql\n args = /x\n master = yes\n}\nuserdb {\n driver = prefetch\n}\n',
    ),
    runs: [['-n'], ['-N'], ['-a'], ['passdb'], ['passdb/1/driver'], ['-h', 'passdb/1/driver']],
  },
  { name: 'same name twice', conf: based('passdb mine {\n driver = pam\n}\npassdb mine {\n}\n') },
  { name: 'no driver', conf: based('passdb {\n}\n') },
  { name: 'userdb without a driver', conf: based('userdb {\n args = x\n}\n') },
  { name: 'wrong result', conf: based('passdb {\n driver = pam\n result_success = foo\n}\n') },
  {
    name: 'default result set',
    conf: based('passdb {\n driver = pam\n result_success = return-ok\n}\n'),
    runs: [['-n'], ['-N']],
  },
  {
    name: 'pass with another result',
    conf: based('passdb {\n driver = pam\n pass = yes\n result_success = continue\n}\n'),
  },
  { name: 'more than ten', conf: based('passdb {\n driver = pam\n}\n'.repeat(12)) },
  { name: 'no workers', conf: based('auth_worker_max_count = 0\n') },
  { name: 'verbose passwords', conf: based('auth_verbose_passwords = sha1:6\n') },
  { name: 'verbose passwords, wrong', conf: based('auth_verbose_passwords = md5\n') },
  { name: 'verbose passwords, truncated to none', conf: based('auth_verbose_passwords = plain:0\n') },
  { name: 'policy without a nonce', conf: based('auth_policy_server_url = http://x/\n') },
  {
    name: 'policy with a strange hash',
    conf: based('auth_policy_server_url = http://x/\nauth_policy_hash_nonce = a\nauth_policy_hash_mech = foo\n'),
  },
  {
    name: 'policy truncates too little',
    conf: based('auth_policy_server_url = http://x/\nauth_policy_hash_nonce = a\nauth_policy_hash_truncate = 256\n'),
  },
];

const g1 =
  'login_greeting = global\nprotocol imap {\n  login_log_format = %s\n}\nlocal 127.0.0.0/8 {\n  login_greeting = local8\n' +
  '  protocol imap {\n    login_greeting = local8-imap\n  }\n  remote 10.0.0.0/8 {\n    login_greeting = local8-remote10\n' +
  '  }\n}\nlocal 127.0.0.1 {\n  login_greeting = local32\n}\nprotocol !imap {\n  login_source_ips = 1.2.3.4\n}\n' +
  'remote 10.1.0.0/16 {\n  login_trusted_networks = 10.1.0.0/16\n}\n';

const filters: readonly ConfigCase[] = [
  {
    name: 'lookups (17.17)',
    conf: based(g1),
    runs: [
      ['-n'],
      ['-a', '-f', 'protocol=imap'],
      ['-n', '-f', 'service=imap', '-f', 'local=127.0.0.5'],
      ['-n', '-f', 'local=127.0.0.1'],
      ['-n', '-f', 'local=127.0.0.5', '-f', 'remote=10.9.9.9'],
      ['-f', 'service=imap', '-f', 'local=127.0.0.1', 'login_greeting'],
      ['-n', '-f', 'service=imap', '-f', 'local=127.0.0.1'],
      ['-f', 'service=pop3', 'login_source_ips'],
      ['-f', 'remote=10.1.2.3', 'login_trusted_networks'],
      ['-n', '-f', 'local=127.0.0.1', '-f', 'remote=10.9.9.9'],
      ['-f', 'bad=1'],
      ['-f', 'local=nosuchhost.invalid'],
    ],
  },
  {
    name: 'global after filter (17.16)',
    conf: based(
      'protocol imap {\n login_greeting = imap\n}\nlogin_greeting = global\nprotocol pop3 {\n login_greeting = p\n}\n',
    ),
  },
  {
    name: 'conflict at load',
    conf: based(`protocol imap {\n login_greeting = imap\n}\n${'local 127.0.0.0/8 {\n login_greeting = local\n}\n'}`),
  },
  {
    name: 'conflict with a global filter',
    conf: based(`login_greeting = g\nprotocol imap {\n login_greeting = imap\n}\n${g1.slice(24)}`),
  },
  {
    name: 'server names',
    conf: based(
      'local_name mail.example.com {\n login_greeting = a\n}\nlocal_name "*.b.com c.com" {\n login_greeting = b\n}\n',
    ),
    runs: [
      ['-n'],
      ['-f', 'lname=MAIL.example.com', 'login_greeting'],
      ['-f', 'lname=x.b.com', 'login_greeting'],
      ['-f', 'lname=x.y.b.com', 'login_greeting'],
      ['-f', 'lname=c.com', 'login_greeting'],
      ['-f', 'lname=b.com', 'login_greeting'],
    ],
  },
  {
    name: 'IPv6 networks',
    conf: based(
      'local 2001:db8::/32 {\n login_greeting = v6\n remote 2001:db8:0:0:1::1 {\n  login_greeting = inner\n }\n}\nremote ::ffff:1.2.3.4 {\n login_source_ips = x\n}\nremote ::1 {\n login_source_ips = y\n}\n',
    ),
    runs: [
      ['-n'],
      ['-f', 'local=2001:db8:5::1', 'login_greeting'],
      ['-f', 'local=2001:db8:5::1', '-f', 'remote=2001:db8::1:0:0:1', 'login_greeting'],
      ['-f', 'local=2001:db9::1', 'login_greeting'],
    ],
  },
  {
    name: 'the same block twice',
    conf: based('protocol imap {\n login_greeting = a\n}\nprotocol imap {\n login_log_format = b\n}\n'),
  },
  { name: 'two addresses', conf: based('local 10.0.0.1 10.0.0.2 {\n}\n') },
  { name: 'unknown host', conf: based('local nosuchhost.invalid {\n}\n') },
  { name: 'localhost', conf: based('remote localhost {\n login_greeting = x\n}\n') },
  { name: 'bad mask', conf: based('remote localhost/99 {\n login_greeting = x\n}\n') },
  { name: 'bad mask of an address', conf: based('remote 10.0.0.0/33 {\n login_greeting = x\n}\n') },
  { name: 'local in protocol', conf: based('protocol imap {\n local 1.1.1.1 {\n }\n}\n') },
  { name: 'local in remote', conf: based('remote 1.1.1.1 {\n local 1.1.1.1 {\n }\n}\n') },
  { name: 'local in local_name', conf: based('local_name a {\n local 1.1.1.1 {\n }\n}\n') },
  { name: 'local_name in remote', conf: based('remote 1.1.1.1 {\n local_name a {\n }\n}\n') },
  { name: 'local_name in protocol', conf: based('protocol imap {\n local_name a {\n }\n}\n') },
  { name: 'remote in protocol', conf: based('protocol imap {\n remote 1.1.1.1 {\n }\n}\n') },
  { name: 'protocol in protocol', conf: based('protocol imap {\n protocol pop3 {\n }\n}\n') },
  { name: 'net in another net', conf: based('local 10.0.0.0/8 {\n local 11.0.0.1 {\n }\n}\n') },
  { name: 'net in a smaller net', conf: based('remote 10.0.0.0/8 {\n remote 10.0.0.0/7 {\n }\n}\n') },
  { name: 'net in a net', conf: based('local 10.0.0.0/8 {\n local 10.1.0.0/16 {\n  login_greeting = x\n }\n}\n') },
  { name: 'passdb in local', conf: based('local 1.1.1.1 {\n passdb {\n driver = pam\n }\n}\n') },
  { name: 'auth setting in remote', conf: based('remote 1.1.1.1 {\n auth_debug = yes\n}\n') },
  { name: 'shared setting in local', conf: based('local 1.1.1.1 {\n verbose_proctitle = yes\n}\n') },
  {
    name: 'passdb in protocol',
    conf: based('passdb {\n driver = pam\n}\nprotocol imap {\n passdb {\n driver = static\n args = x\n }\n}\n'),
    runs: [['-n'], ['-f', 'protocol=imap', 'passdb']],
  },
  { name: 'service in protocol', conf: based('protocol imap {\n service auth {\n client_limit = 2000\n }\n}\n') },
  {
    name: 'plugin in protocol',
    conf: based('plugin {\n a = 1\n b = 2\n}\nprotocol imap {\n plugin {\n b = 3\n c = 4\n }\n}\n'),
    runs: [['-n'], ['-f', 'protocol=imap', 'plugin']],
  },
  { name: 'ssl in a block', conf: based('protocol pop3 {\n ssl = required\n}\nprotocol imap {\n ssl = no\n}\n') },
];

const obsolete: readonly ConfigCase[] = [
  'protocols = imaps pop3s managesieve',
  'protocols = imap imaps pop3 pop3s',
  'ssl_cert_file = /etc/x.pem\nssl_protocols = !SSLv3 !TLSv1\nssl_key_file =',
  'ssl_protocols = TLSv1.1 TLSv1.2',
  'ssl_protocols = !SSLv2',
  'ssl_protocols = !SSLv3 !TLSv1 !TLSv1.1 !TLSv1.2',
  'ssl_disable = yes',
  'ssl_disable = no',
  'ssl_parameters_regenerate = 1\nssl_dh_parameters_length = 2048',
  'director_consistent_hashing = yes\nlogin_dir = x\nmail_log_max_lines_per_sec = 1\nmaildir_copy_preserve_filename = no',
  'dbox_rotate_min_size = 1\ndbox_rotate_days = 1\ndbox_rotate_size = 3M',
  'mail_cache_compress_delete_percentage = 30\nfsync_disable = yes',
  'fsync_disable = no',
  'login_chroot = no\nlogin_user = dovenull\nlogin_executable = foo\nlogin_process_size = 64',
  'login_process_per_connection = no\nlogin_processes_count = 3\nlogin_max_processes_count = 128\nlogin_max_connections = 256',
  'protocol imap {\n login_process_per_connection = no\n max_mail_processes = 5\n}',
  'max_mail_processes = 512\nmail_executable = foo\nmail_process_size = 256\nmail_drop_priv_before_exec = yes',
  'auth_executable = auth2\nauth_process_size = 256\nauth_user = root\nauth_chroot = /x',
  'auth_cache_size = 10',
  'auth_count = 1\nauth_count = count',
  'imap_client_workarounds = outlook-idle delay-newmail netscape-eoh',
  'ssl_listen = *:10993',
  'listen = *:10143',
  'protocol imap {\n listen = 127.0.0.1:10143\n ssl_listen = 127.0.0.1\n}',
  'listen = 127.0.0.1, ::1',
  'sieve = ~/.sieve\nsieve_storage = ~/sieve',
  'plugin {\n imap_zlib_compress_level = 5\n}',
  'protocol managesieve {\n login_greeting = x\n}',
  'service dns_client {\n client_limit = 2\n}',
  'auth default {\n mechanisms = plain login\n passdb passwd-file {\n  args = /etc/passwd\n }\n userdb static {\n  args = uid=1\n }\n user = root\n debug = yes\n}',
  'auth default {\n socket listen {\n  master {\n   path = /tmp/specd/auth-master\n   mode = 0600\n   user = root\n  }\n  client {\n   path = auth-foo\n   group = mail\n  }\n }\n}\nauth_verbose = yes',
  'auth default {\n socket listen {\n  master {\n   path = foo\n  }\n }\n}',
  'auth default {\n socket listen {\n  client {\n   path = foo-master\n  }\n }\n}',
  'auth default {\n socket listen {\n  client {\n   mode = 0600\n  }\n }\n}',
  'auth default {\n socket connect {\n }\n}',
].map((conf) => ({ name: conf.replaceAll('\n', ' '), conf: based(`${conf}\n`) }));

const includes: readonly ConfigCase[] = [
  {
    name: 'read in alphabetical order (17.7)',
    conf: based('login_greeting = before\n!include d/*.conf\n'),
    files: { 'd/10-a.conf': 'login_greeting = from-10\n', 'd/9-b.conf': 'login_greeting = from-9\n' },
  },
  {
    name: 'a section begun in another file',
    conf: based('!include d2.inc\nclient_limit = 1033\n}\n'),
    files: { 'd2.inc': 'service auth {\n' },
  },
  { name: 'an error in an included file', conf: based('!include d/*\n'), files: { 'd/a': 'ssl = no\nfoo = 1\n' } },
  { name: 'an error in a file that may be missing', conf: based('!include_try a\n'), files: { a: 'foo = 1\n' } },
  { name: 'two files in a circle', conf: based('!include a\n'), files: { a: '!include b\n', b: '\n!include a\n' } },
  {
    name: 'a brother of the same glob',
    conf: based('!include d/*\n'),
    files: { 'd/a': '!include b\n', 'd/b': 'auth_debug = yes\n' },
  },
  { name: 'the same file twice', conf: based('!include a\n!include a\n'), files: { a: 'auth_debug = yes\n' } },
  {
    name: 'braces',
    conf: based('!include d/{b,a,c}.conf\n'),
    files: { 'd/a.conf': 'login_greeting = a\n', 'd/b.conf': 'login_greeting = b\n' },
  },
  {
    name: 'a folder among the matches',
    conf: based('!include d/*\n'),
    files: { 'd/a/x': 'foo = 1\n', 'd/b': 'auth_debug = yes\n' },
  },
  { name: 'never closed in an included file', conf: based('!include a\n'), files: { a: 'service auth {\n' } },
  {
    name: 'continued into the next file',
    conf: based('!include a\nlogin_greeting = x\n'),
    files: { a: 'auth_realms = a \\\n' },
  },
  {
    name: 'expanded values',
    conf: based(
      'login_greeting = $instance_name $ENV:HOME "$instance_name" x$instance_name\nssl_cert = <d/cert\nssl_key = < d/cert\n',
    ),
    files: { 'd/cert': 'line one\nline two\n' },
    runs: [['-x', 'login_greeting'], ['-x', '-n'], ['-n'], ['-x', 'ssl_cert'], ['ssl_cert']],
  },
  { name: 'expanded, unknown variable', conf: based('login_greeting = $nosuch\n'), runs: [['-x', '-n']] },
  { name: 'expanded, no such file', conf: based('service auth {\n user = <nosuch\n}\n'), runs: [['-x', '-n'], ['-n']] },
  {
    name: 'expanded in a filter',
    conf: based('protocol imap {\n login_greeting = $instance_name\n}\n'),
    runs: [['-x', '-n']],
  },
];

const storage: readonly ConfigCase[] = [
  {
    name: 'namespaces and mailboxes',
    conf: based(
      'namespace inbox {\n inbox = yes\n mailbox "Sent Messages" {\n  special_use = \\Sent\n }\n mailbox Foo/Bar {\n  auto = create\n }\n}\nnamespace {\n prefix = x/\n mail_location = maildir:~/x\n}\nmail_location = maildir:~/Mail\n',
    ),
    runs: [['-n'], ['-a'], ['-N'], ['mail_location'], ['namespace/inbox']],
  },
  { name: 'mail storage checks', conf: based('mailbox_idle_check_interval = 0\n') },
  { name: 'uidl format', conf: based('pop3_uidl_format = %d\n') },
  { name: 'nfs', conf: based('mail_nfs_index = yes\n') },
  {
    name: 'workarounds',
    conf: based('imap_client_workarounds = foo\npop3_client_workarounds = bar\nlmtp_client_workarounds = x\n'),
  },
  { name: 'metric without a filter (17.21)', conf: based('metric m {\n}\n') },
  { name: 'exporter format', conf: based('event_exporter e {\n format = xml\n}\n') },
  { name: 'exporter time', conf: based('event_exporter e {\n format = json\n transport = log\n}\n') },
  { name: 'group_by', conf: based('metric m {\n filter = event=x\n group_by = duration:exponential:0:5:3\n}\n') },
  { name: 'group_by range', conf: based('metric m {\n filter = event=x\n group_by = user duration:linear:7:5:3\n}\n') },
  {
    name: 'metric',
    conf: based('metric m {\n filter = event=x\n group_by = user duration:linear:0:100:10\n}\n'),
    runs: [['-n'], ['-a']],
  },
  {
    name: 'several at once',
    conf: based('syslog_facility = foo\ndsync_features = x\nlisten =\nmetric x {\n}\nimap_client_workarounds = x\n'),
  },
];

const lookups: readonly ConfigCase[] = [
  {
    name: 'names',
    conf: based(
      'doveadm_password = sec\nplugin {\n a = 1\n}\nprotocol lmtp {\n auth_socket_path = director-userdb\n}\n',
    ),
    runs: [
      ['doveadm_password'],
      ['-h', 'doveadm_password'],
      ['nosuch'],
      ['auth_mechanisms', 'ssl'],
      ['service/director'],
      ['service/director/unix_listener/login\\sdirector'],
      ['service/director/unix_listener/login\\sdirector/mode'],
      ['service/auth/client_limit'],
      ['plugin'],
      ['plugin/a'],
      ['-f', 'protocol=lmtp', 'auth_socket_path'],
      ['-n', 'ssl'],
      ['-d', 'ssl', 'login_greeting'],
      ['-m', 'auth'],
      ['-m', 'director'],
      ['-m', 'imap-login'],
      ['-m', 'submission-login'],
      ['-m', 'replicator'],
      ['-m', 'log'],
      ['-n', '-m', 'doveadm', '-m', 'auth'],
      ['-d'],
      ['-d', '-s'],
      ['-a'],
      ['-Z'],
      ['-m'],
    ],
  },
];

export const configCases: readonly (ConfigCase & {
  readonly group: string;
  readonly runs: readonly (readonly string[])[];
})[] = Object.entries({
  structure,
  values,
  types,
  services,
  chain,
  filters,
  obsolete,
  includes,
  storage,
  lookups,
}).flatMap(([group, cases]) => cases.map((one) => ({ runs: n, ...one, group })));
