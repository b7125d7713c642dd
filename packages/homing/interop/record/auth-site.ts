/** The auth server behind the auth fixtures: users with every kind of answer. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Dovecot, startDovecot } from '../lib/dovecot.ts';

export const USERS = `alice:{PLAIN}secret:10000:10000::/home/alice::
bob@example.com:{SHA512-CRYPT}$6$rounds=1000$0123456789abcdef$ZIAd5WqfyLkpvsVCVUU1GrvqaZTqvhJoouxdSqJO71l9Ld3tVrfOatEjarhghvEYADkq//LpDnTeO90tcbtHR1:10000:10000::/home/bob::userdb_quota_rule=*:storage=1G foo=bar
proxy1:{PLAIN}secret::::::proxy=y host=10.1.2.3 port=10143 destuser=other proxy_timeout=5 ssl=any-cert
proxynohost:{PLAIN}secret::::::proxy=y
maybeself:{PLAIN}secret::::::proxy_maybe=y host=127.0.0.1
maybeother:{PLAIN}secret::::::proxy_maybe=y host=10.9.9.9
alwaysself:{PLAIN}secret::::::proxy_maybe=y proxy_always=y host=127.0.0.1
tagged:{PLAIN}secret::::::proxy=y director_tag=gold
nopw:::::::nopassword=y proxy=y host=10.1.2.9
nologin:{PLAIN}secret::::::nologin=y reason=Maintenance host=imap2.example.com
nodelay:{PLAIN}secret::::::nodelay=y
nets:{PLAIN}secret::::::allow_nets=10.0.0.0/8,192.0.2.1
rename:{PLAIN}secret::::::user=renamed@example.org event_x=1 user_alt=zz
forward:{PLAIN}secret::::::forward_proxy_x=1 userdb_home=/h userdb_uid=12345
`;

const SQL = `CREATE TABLE users (username TEXT, domain TEXT, password TEXT, home TEXT, uid INT, gid INT, proxy TEXT, host TEXT);
INSERT INTO users VALUES ('sqluser','example.com','{PLAIN}secret','/home/s',10000,10000,NULL,NULL);
INSERT INTO users VALUES ('sqlproxy','example.com',NULL,NULL,NULL,NULL,'Y','10.5.5.5');
INSERT INTO users VALUES ('dup','example.com','{PLAIN}a','/home/d',10000,10000,NULL,NULL);
INSERT INTO users VALUES ('dup','example.com','{PLAIN}b','/home/d',10000,10000,NULL,NULL);
`;

const QUERY =
  "password_query = SELECT username, domain, password, proxy, host FROM users WHERE username = '%n' AND domain = '%d'";

const config = (dir: string): string => `
protocols =
auth_mechanisms = plain login
auth_verbose = yes
auth_cache_size = 1M
auth_master_user_separator = *
passdb {
  driver = passwd-file
  master = yes
  args = ${dir}/masters
}
passdb {
  driver = passwd-file
  deny = yes
  args = ${dir}/deny
}
passdb {
  driver = sql
  args = ${dir}/broken.conf.ext
  username_filter = tf*
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${dir}/users
}
passdb {
  driver = sql
  args = ${dir}/sql.conf.ext
}
userdb {
  driver = prefetch
}
userdb {
  driver = passwd-file
  args = username_format=%u ${dir}/users
}
userdb {
  driver = sql
  args = ${dir}/sql.conf.ext
}
service auth {
  unix_listener auth-client {
    mode = 0666
  }
  unix_listener login/login {
    mode = 0666
  }
  unix_listener auth-master {
    mode = 0600
  }
  unix_listener auth-userdb {
    mode = 0600
  }
}
`;

export const startAuthSite = (): Promise<Dovecot> =>
  startDovecot({
    config,
    files: {
      masters: 'admin:{PLAIN}topsecret\n',
      deny: 'denied\n',
      users: USERS,
      'users.sql': SQL,
      'broken.conf.ext': `driver = sqlite\nconnect = /nonexistent/users.db\n${QUERY}\n`,
      'sql.conf.ext': (dir) =>
        [
          'driver = sqlite',
          `connect = ${dir}/users.db`,
          QUERY,
          "user_query = SELECT home, uid, gid FROM users WHERE username = '%n' AND domain = '%d'",
          'iterate_query = SELECT username, domain FROM users',
          '',
        ].join('\n'),
    },
    prepare: async (dir) => {
      await promisify(execFile)('sqlite3', [join(dir, 'users.db'), `.read ${join(dir, 'users.sql')}`]);
    },
  });
