/** Filter blocks: nesting, lookups, conflicts (17.16, 17.17). */
import { based, type ConfigCase } from './config-case.ts';

const g1 =
  'login_greeting = global\nprotocol imap {\n  login_log_format = %s\n}\nlocal 127.0.0.0/8 {\n  login_greeting = local8\n' +
  '  protocol imap {\n    login_greeting = local8-imap\n  }\n  remote 10.0.0.0/8 {\n    login_greeting = local8-remote10\n' +
  '  }\n}\nlocal 127.0.0.1 {\n  login_greeting = local32\n}\nprotocol !imap {\n  login_source_ips = 1.2.3.4\n}\n' +
  'remote 10.1.0.0/16 {\n  login_trusted_networks = 10.1.0.0/16\n}\n';

export const filters: readonly ConfigCase[] = [
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
