/** Quotes, comments, variables, secrets (17.1 to 17.5, 17.8, 17.11). */
import { based, type ConfigCase } from './config-case.ts';

export const values: readonly ConfigCase[] = [
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
