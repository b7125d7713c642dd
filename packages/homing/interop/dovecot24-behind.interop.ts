/** Dovecot 2.4's own auth server behind our director, with 2.4's login processes in front. */
import { createMemoryLog } from '@homing/io';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { directorBefore, socketsOf } from './lib/auth-parts.ts';
import { makeCertificate } from './lib/certificate.ts';
import { openLineClient } from './lib/line-client.ts';
import { answerAt, giveUpBeside, LOGIN24_HOST, type Login24, startLogin24 } from './lib/login24.ts';
import { mailboxes24 } from './lib/mailboxes.ts';
import { freePort } from './lib/ports.ts';
import { startReferringBackend } from './lib/referring-backend.ts';
import { scramLogin } from './lib/scram-client.ts';
import { makeMailDir } from './lib/server.ts';
import { describeWithDovecot24 } from './lib/suite.ts';

const config =
  (imaps: number, backend: number) =>
  (dir: string): string =>
    `
ssl = yes
ssl_min_protocol = TLSv1.2
ssl_server_cert_file = ${dir}/tls.pem
ssl_server_key_file = ${dir}/tls.key
auth_failure_delay = 0
auth_mechanisms = plain login scram-sha-256 scram-sha-256-plus
service imap-login {
  inet_listener imaps {
    port = ${imaps}
  }
}
service auth {
  unix_listener sidecar-login {
    type = login
    mode = 0600
  }
  unix_listener sidecar-userdb {
    type = userdb
    mode = 0600
  }
}
passdb local {
  driver = static
  username_filter = local
  passdb_static_password = pw
}
passdb maybe {
  driver = static
  username_filter = maybe*
  passdb_static_password = pw
  fields {
    director_proxy_maybe = yes
    lip = %{local_ip}
    lport = %{local_port}
    pass = %{password}
    port = ${backend}
  }
}
passdb proxied {
  driver = static
  passdb_static_password = pw
  fields {
    proxy = yes
    port = ${backend}
    pass = master-pw
    master = proxy
  }
}
${mailboxes24(dir)}
`;

describeWithDovecot24("2.4's auth server behind our director", () => {
  const stack = new AsyncDisposableStack();
  const log = createMemoryLog('test');
  let site: Login24;
  let imaps: number;
  let backend: Awaited<ReturnType<typeof startReferringBackend>>;
  beforeAll(async () => {
    imaps = await freePort(LOGIN24_HOST);
    backend = stack.use(await startReferringBackend('imap', undefined));
    const auth = socketsOf((kind) => site.dovecot.socket(`sidecar-${kind}`), log);
    const director = stack.use(await directorBefore('127.0.0.1', auth, log));
    site = stack.use(
      await startLogin24({
        login: director.acceptAuth,
        userdb: director.acceptUserdb,
        log,
        config: config(imaps, backend.port),
        prepare: async (dir) => {
          await makeMailDir(dir);
          await makeCertificate(dir, 'tls', [LOGIN24_HOST]);
        },
      }),
    );
  });
  afterAll(() => stack.disposeAsync());

  test.each(['none', 'tls-unique', 'tls-exporter'] as const)(
    'SCRAM, channel binding %s: the backend is given what the passdb says',
    async (binding) => {
      const before = backend.heard.length;
      const told = await scramLogin({ host: LOGIN24_HOST, port: imaps }, 'scram', 'pw', binding);
      expect(told, site.dovecot.log()).toMatch(/^a OK .*Welcome$/);
      expect(backend.heard.slice(before).join('')).toContain(Buffer.from('scram\0proxy\0master-pw').toString('base64'));
    },
  );

  test('a mail process of 2.4 fetches a local login that came through us', async () => {
    const endpoint = { host: LOGIN24_HOST, port: site.ports.imap };
    expect(await answerAt(endpoint, 'imap', 'local'), site.dovecot.log()).toMatch(/^a OK .*Logged in$/);
  });

  test('a client that gives up in the middle disturbs nobody', async () => {
    const endpoint = { host: LOGIN24_HOST, port: site.ports.imap };
    const [quitter, other] = await giveUpBeside(endpoint, 'alice');
    expect([quitter, other]).toEqual([expect.stringMatching(/^a BAD /), expect.stringMatching(/^a OK /)]);
    await site.dovecot.logged(/proxy\(alice,.*Started proxying/);
    expect(site.dovecot.log()).not.toMatch(/unknown response|Disconnected from auth/);
  });

  test('director_proxy_maybe: another server is proxied to, and the auth server forgets the login', async () => {
    const before = backend.heard.length;
    const endpoint = { host: LOGIN24_HOST, port: site.ports.imap };
    expect(await answerAt(endpoint, 'imap', 'maybe'), site.dovecot.log()).toMatch(/^a OK .*Welcome$/);
    expect(backend.heard.slice(before).join('')).toContain('LOGIN "maybe" "pw"');
    using login = await openLineClient(site.dovecot.socket('login/sidecar/login'));
    login.send('VERSION\t1\t3\nCPID\t4242\n');
    await login.linesUntil((line) => line === 'DONE');
    const resp = Buffer.from('\0maybe\0pw').toString('base64');
    // The id would be a duplicate if the auth server still waited for a mail process to fetch the login.
    for (let times = 1; times <= 3; times++) {
      login.send(`AUTH\t1\tPLAIN\tprotocol=imap\tfinal-resp-ok\tsecured\tlip=127.0.0.9\tlport=143\tresp=${resp}\n`);
      expect(await login.line()).toMatch(
        /^OK\t1\tuser=maybe\t.*\tlip=127.0.0.9\t.*pass=pw.*\tproxy\tproxy_refresh=450\thost=127.0.0.1$/,
      );
    }
  });

  test('director_proxy_maybe: the login stays on this server if that is where the user belongs', async () => {
    using login = await openLineClient(site.dovecot.socket('login/sidecar/login'));
    login.send('VERSION\t1\t3\nCPID\t4243\n');
    await login.linesUntil((line) => line === 'DONE');
    const resp = Buffer.from('\0maybe\0pw').toString('base64');
    login.send(
      `AUTH\t1\tPLAIN\tprotocol=imap\tfinal-resp-ok\tsecured\tlip=127.0.0.1\tlport=${backend.port}\tresp=${resp}\n`,
    );
    const reply = await login.line();
    expect(reply).toMatch(/^OK\t1\tuser=maybe\t.*director_proxy_maybe/);
    expect(reply).not.toMatch(/\t(?:proxy|host)(?:=|\t|$)/);
    expect(site.dovecot.log()).not.toMatch(/ BUG: /);
  });

  test('a wrong password', async () => {
    expect(await scramLogin({ host: LOGIN24_HOST, port: imaps }, 'scram', 'wrong', 'tls-exporter')).toMatch(
      /^a NO \[AUTHENTICATIONFAILED\]/,
    );
  });
});
