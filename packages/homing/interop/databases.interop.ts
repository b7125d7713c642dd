/** The same databases under Dovecot's auth server and ours: what passwd-files, SQL and `%` templates turn into. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { startSideBySide } from './auth/side-by-side.ts';
import { describeWithDovecot } from './lib/suite.ts';

const common = `
auth_failure_delay = 0
auth_username_chars =
auth_username_format =
`;

const plain = (id: number, user: string, password: string): string =>
  `AUTH\t${id}\tPLAIN\tservice=imap\tno-penalty\trip=10.0.0.1\tlip=10.0.0.2\tlport=143\tsession=Abc+/d\tresp=${Buffer.from(
    `\0${user}\0${password}`,
    'latin1',
  ).toString('base64')}`;

const lookups = (users: readonly string[]): string[] =>
  users.flatMap((user, i) => [
    `PASS\t${2 * i + 1}\t${user}\tservice=imap\tlport=143`,
    `USER\t${2 * i + 2}\t${user}\tservice=imap\tlport=143`,
  ]);

const TEMPLATES = [
  '%u',
  '%n|%d|%{domain_first}|%{domain_last}',
  '%4Nu',
  '%2.256Nu',
  '%Hu',
  '%-3u',
  '%1.2u',
  '%-5.2u',
  '%0.-3u',
  '%0.-99u',
  '%Mu',
  '%02.256Hu',
  '%Xa',
  '%05a',
  '%Ru',
  '%RLn',
  '%Dd',
  '%Tu',
  '%EUu',
  '%{sha256:user}',
  '%{md5;truncate=12:user}',
  '%{sha1;rounds=3,salt=%n,x:user}',
  '%{md4:user}',
  '%{sha3-256;format=base64:domain}',
  '%{pkcs5;rounds=10:user}',
  '%{pkcs5;rounds=10,salt=abc,format=base64:user}',
  '%{size:user}',
  '%{if;%d;eq;;nodomain;%{if;%a;>=;143;high;low}}',
  '%{if;%u;*;*o?@*;yes;no}',
  '%{if;%u;~;^[a-j]+;yes}',
  '%L{passdb:none:DEF}x%{passdb:none}',
  '%s %l %r %a %b %p %m %{session} %{local_ip} %{real_rip}',
  '100%%',
].map((template) => template.replaceAll(' ', '_'));

const PASSWD = `# comment
u1:{PLAIN}p
u2

:nobody:x
u3:{PLAIN}p:1000:1000:Gecos, etc:/home/%n:/bin/sh:a=%u b userdb_c=%n:x  userdb_d host=10.0.0.9
u4:{PLAIN}p:::::::mail:dir
u5:{PLAIN}p:0:1000::/h
u6:{PLAIN}p:nosuchuser:1000::/h
u7:{PLAIN}p:mail:mail::/h:
u8:1a1dc91c907325c69271ddf0c944bc72[34]
u9:::::::nopassword=y
u10::::::::
u11:::::::nopassword=y proxy=y
u12:{PLAIN}first::
u12:{PLAIN}second::
u13:$1$ChkMcCfx$Cs99ppcF.rJRi8/OQ9cFK.
it's "q\\":{PLAIN}p
u14:{PLAIN}p:1:1::/h::userdb_x=%{nosuch}
u15:{PLAIN}p:1:1::/h::user=other@x
u16:{PLAIN}p::::::userdb_home=/pre userdb_uid=7
`;

describeWithDovecot('databases', () => {
  test('passwd-file: every form of a line', async () => {
    await using both = await startSideBySide({
      files: { users: PASSWD },
      config: (dir) => `${common}
passdb {
  driver = passwd-file
  args = scheme=PLAIN ${dir}/users
}
userdb {
  driver = prefetch
}
userdb {
  driver = passwd-file
  args = ${dir}/users
}`,
    });
    const users = [...Array.from({ length: 17 }, (_, i) => `u${i + 1}`), 'it\'s "q\\', 'nobody', '#', 'u1 '];
    const asked = await both.ask('userdb', lookups(users));
    expect(asked.homing).toEqual(asked.dovecot);
    const logins = users.flatMap((user, i) => [plain(2 * i + 1, user, 'p'), plain(2 * i + 2, user, 'pass')]);
    const answered = await both.ask('client', logins);
    expect(answered.homing).toEqual(answered.dovecot);
    const listed = await both.ask('userdb', ['LIST\t1\tservice=imap']);
    expect(listed.homing).toEqual(listed.dovecot);
  });

  test('passwd-file: variables in the path', async () => {
    await using both = await startSideBySide({
      files: { 'users.example.com': 'u@example.com:{PLAIN}p\n', 'users.': 'u:{PLAIN}p\n' },
      config: (dir) => `${common}
passdb {
  driver = passwd-file
  args = ${dir}/users.%d
}
userdb {
  driver = static
  args = allow_all_users=yes
}`,
    });
    // Debian's build answers temp_fail for a domain with a slash; the user is merely unknown to us.
    const users = ['u@example.com', 'u', 'u@..', 'u@nosuch', 'u@.'];
    const { dovecot, homing } = await both.ask(
      'client',
      users.map((user, i) => plain(i + 1, user, 'p')),
    );
    expect(homing).toEqual(dovecot);
  });

  test('static: every kind of template', async () => {
    const fields = TEMPLATES.map((template, i) => `f${i}=${template}`).join(' ');
    await using both = await startSideBySide({
      config: () => `${common}
passdb {
  driver = static
  args = nopassword=y ${fields}
}
userdb {
  driver = static
  args = allow_all_users=yes
}`,
    });
    const users = ['John.Doe@Sub.Example.COM', 'x@y', 'a@b@c', 'j\xf6\xe4@x', `q"'\\`, 'foo@x'];
    const { dovecot, homing } = await both.ask(
      'client',
      users.map((user, i) => plain(i + 1, user, 'p')),
    );
    expect(homing).toEqual(dovecot);
  });

  test('sql: rows, NULLs, quotes, errors', async () => {
    await using both = await startSideBySide({
      files: {
        'sql.conf.ext': (dir) => `driver = sqlite   # comment
connect = ${dir}/users.db
default_pass_scheme = PLAIN
password_query = SELECT username, domain, password, host, num, re AS f_real, uid AS userdb_uid, proxy \\
  FROM users WHERE username = '%n' AND domain = '%d'
user_query = SELECT home, uid, '%u' AS whoami FROM users WHERE username = '%n' AND domain = '%d'
iterate_query = SELECT username, domain FROM users ORDER BY username, password
`,
      },
      prepare: async (dir) => createUsers(join(dir, 'users.db')),
      config: (dir) => `${common}
passdb {
  driver = sql
  args = ${dir}/sql.conf.ext
}
userdb {
  driver = sql
  args = ${dir}/sql.conf.ext
}`,
    });
    const users = [
      'a@x',
      'null@x',
      'dup@x',
      "o'b@x",
      'b@y',
      'nobody',
      "' OR '1'='1@x",
      'J\xc3\xbc@x',
      'a@X',
      'empty@x',
    ];
    const asked = await both.ask('userdb', lookups(users));
    expect(asked.homing).toEqual(asked.dovecot);
    const answered = await both.ask(
      'client',
      users.map((user, i) => plain(i + 1, user, 'p')),
    );
    expect(answered.homing).toEqual(answered.dovecot);
    const listed = await both.ask('userdb', ['LIST\t1\tservice=imap']);
    expect(listed.homing).toEqual(listed.dovecot);
  });
});

const createUsers = (path: string): void => {
  const db = new Database(path);
  db.exec(`CREATE TABLE users (username, domain, password, host, num, re, home, uid, proxy);
    INSERT INTO users VALUES ('a', 'x', 'p', '10.0.0.1', 42, 2.0, '/h/a', 1000, 'y');
    INSERT INTO users VALUES ('null', 'x', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    INSERT INTO users VALUES ('dup', 'x', 'p', '', 1, 0.1, '/h', 1, NULL), ('dup', 'x', 'q', '', 1, 0.1, '/h', 1, NULL);
    INSERT INTO users VALUES ('o''b', 'x', '{PLAIN}p', '', -7, 1e300, '/h', 2, NULL);
    INSERT INTO users VALUES ('b', 'y', '{SHA1}nU4eI71bcnBGqeO0t9tXvY1u5oQ=', '', 9223372036854775807, 1.5, '/h', 3, NULL);
    INSERT INTO users VALUES ('Jü', 'x', 'p', 'ü', x'6162', -0.25, '/h', 4, NULL)`);
  db.close();
};
