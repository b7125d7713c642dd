/** Files, and values that come from files and variables (17.7, 17.9). */
import { based, type ConfigCase } from './config-case.ts';

export const includes: readonly ConfigCase[] = [
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
