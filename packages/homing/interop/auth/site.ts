/** Users, names and fields for the comparison of two auth servers. */
import type { ServerOptions } from '../lib/server.ts';

const EXTRA: Readonly<Record<string, string>> = {
  plain: '',
  foo: 'foo=bar empty= bare',
  dup: 'x=1 y=2 x=3',
  removed: 'x=1 y=2 x:remove=',
  protected: 'x=1 x:protected=2 z:protected=3',
  rename: 'user=other@example.org',
  renamelocal: 'username=local',
  renamedomain: 'domain=example.net',
  renameempty: 'user=',
  nets4: 'allow_nets=10.0.0.0/8,192.0.2.1',
  nets6: 'allow_nets=2001:db8::/32',
  netslocal: 'allow_nets=local,10.0.0.0/8',
  netsbad: 'allow_nets=nonsense,10.0.0.0/33',
  netsall: 'allow_nets=0.0.0.0/0',
  realnets: 'allow_real_nets=10.0.0.0/8',
  fail: 'fail=y',
  nodelay: 'nodelay=y',
  past: 'delay_until=1',
  far: 'delay_until=99999999999',
  delaybad: 'delay_until=abc',
  forward: 'forward_x=1 forward_a=mine',
  userdb: 'userdb_home=/h userdb_uid=12345 userdb_mail=x',
  noauth: 'noauthenticate=y',
  nologin: 'nologin=n reason=Maintenance host=imap2.example.com',
  proxy: 'proxy=y host=10.1.2.3 port=10143 destuser=o ssl=any-cert starttls=y proxy_timeout=5 proxy_mech=PLAIN',
  proxyno: 'proxy=n host=10.1.2.3',
  proxynohost: 'proxy=y',
  proxypass: 'proxy=y host=10.1.2.3 pass=fixed',
  proxymaster: 'proxy=y host=10.1.2.3 master=boss pass=fixed',
  tag: 'proxy=y director_tag=gold director_proxy_maybe=y',
  maybeself: 'proxy_maybe=y host=127.0.0.1',
  maybeport: 'proxy_maybe=y host=127.0.0.1 port=143',
  maybeother: 'proxy_maybe=y host=127.0.0.1 port=144',
  maybeaway: 'proxy_maybe=y host=10.9.9.9 destuser=o',
  maybe6: 'proxy_maybe=y host=::1',
  always: 'proxy_maybe=y proxy_always=y host=127.0.0.1 port=143 destuser=o',
  alwaysaway: 'proxy_maybe=y proxy_always=y host=10.9.9.9',
  maybenohost: 'proxy_maybe=y',
  hostip: 'proxy=y host=backend.example.com hostip=10.7.7.7',
  hostipself: 'proxy_maybe=y host=backend.example.com hostip=127.0.0.1',
  hostipbad: 'proxy=y host=backend.example.com hostip=zz',
  event: 'event_x=1 user_alt=zz k5principals=a',
  vars: 'v=%u/%n/%d/%s/%l/%r/%a/%b/%m/%c/%p w=%{session} o=%{orig_user}/%{auth_user}/%{login_user}',
  passdbvar: 'x=1 y=%{passdb:x} z=%{passdb:none:dflt}',
};

const users = Object.entries(EXTRA)
  .map(([name, extra]) => `${name}:{PLAIN}secret:10000:10000::/home/${name}::${extra}`)
  .concat(
    'nopw:::::::nopassword=y foo=1',
    'nopwbad:{PLAIN}x::::::nopassword=y',
    'badscheme:{NOSUCH}x::::::',
    'badhash:{SHA256}zz::::::',
    'empty:::::::',
    'ssha:{SSHA256}EyGEQS9NbuMyLIOkCl4zGGrjqPBkYc3mQ6sWW/wjDURhYmNk::::::',
    'nouserdb:{PLAIN}secret',
    'UPPER:{PLAIN}secret::::::',
    'ghost.boss:{PLAIN}secret::::::',
  )
  .join('\n');

export const siteUsers = [...Object.keys(EXTRA), 'nopw', 'nopwbad', 'empty', 'ssha', 'nouserdb'];

/** Their stored passwords cannot be read: 2.3.19.1 says "wrong password", 2.3.21, 2.4 and we a temporary failure. */
export const unreadableUsers = ['badscheme', 'badhash'];

export const site: ServerOptions = {
  config: (dir) =>
    `
auth_mechanisms = plain login anonymous external
auth_failure_delay = 0
auth_master_user_separator = *
auth_username_translation = %.
auth_ssl_username_from_cert = yes
passdb {
  driver = passwd-file
  master = yes
  args = ${dir}/masters
}
passdb {
  driver = passwd-file
  master = yes
  args = ${dir}/checkers
  result_success = continue
}
passdb {
  driver = passwd-file
  deny = yes
  args = ${dir}/deny
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${dir}/users
  default_fields = dflt=1 foo=default late:protected=0
  override_fields = ovr=2 x:protected=9 bare:remove=
}
userdb {
  driver = prefetch
}
userdb {
  driver = passwd-file
  args = username_format=%u ${dir}/users
  default_fields = quota_rule=*:storage=1G
  override_fields = class=a home:protected=/never
}
userdb {
  driver = static
  args = uid=1234 gid=1 home=/static/%n
}
`,
  files: {
    users: `${users}\n`,
    masters: 'admin:{PLAIN}topsecret::::::from=masters\n',
    checkers: 'check:{PLAIN}topsecret::::::from=checkers\n',
    deny: 'denied\n',
  },
};
