/** Services, listeners and the checks of the master (17.13, 17.14, 17.18). */
import { based, type ConfigCase } from './config-case.ts';

export const services: readonly ConfigCase[] = [
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
