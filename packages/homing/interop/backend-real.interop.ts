/** Our backend side and real Dovecot backends: what they learn about the client, TLS, and what happens when they die. */
import { copyFile, mkdir } from 'node:fs/promises';
import { setTimeout as later } from 'node:timers/promises';
import { imapLoginReply, ProxyError } from '@homing/login-proxy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BackendSide, startBackendSide } from './lib/backend-side.ts';
import { makeCertificate } from './lib/certificate.ts';
import { type Dovecot, startDovecot } from './lib/dovecot.ts';
import { mailboxes23 } from './lib/mailboxes.ts';
import { freePorts } from './lib/ports.ts';
import { run } from './lib/process.ts';
import { makeMailDir } from './lib/server.ts';
import { socketPair } from './lib/socket-pair.ts';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';

type Ports = Readonly<Record<'imap' | 'imaps' | 'pop3' | 'pop3s', number>>;

const listeners = (ports: Ports): string =>
  (['imap', 'pop3'] as const)
    .map(
      (protocol) => `service ${protocol}-login {
  inet_listener ${protocol} {
    port = ${ports[protocol]}
  }
  inet_listener ${protocol}s {
    port = ${ports[`${protocol}s`]}
  }
}
`,
    )
    .join('');

const config =
  (ports: Ports) =>
  (dir: string): string =>
    `
protocols = imap pop3
ssl = yes
ssl_cert = <${dir}/tls.pem
ssl_key = <${dir}/tls.key
login_trusted_networks = 127.0.0.0/8
auth_mechanisms = plain login
auth_verbose = yes
auth_failure_delay = 0
${listeners(ports)}
passdb {
  driver = static
  master = yes
  args = password=masterpw
}
passdb {
  driver = static
  args = password=pass1
}
${mailboxes23(dir)}
`;

const NAME = 'backend.example.com';
const CLIENT = { lip: '10.1.1.1', rip: '10.9.8.7', lport: 143, rport: 4321 };

describeWithDovecot('a real backend', () => {
  const disposal = new AsyncDisposableStack();
  let ports: Ports;
  let dovecot: Dovecot;
  let side: BackendSide;
  let users = 0;

  beforeAll(async () => {
    const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0] = await freePorts(4);
    ports = { imap, imaps, pop3, pop3s };
    const prepare = async (dir: string): Promise<void> => {
      await makeMailDir(dir);
      await makeCertificate(dir, 'tls', [NAME]);
      await makeCertificate(dir, 'other', ['other.example.com']);
    };
    dovecot = disposal.use(await startDovecot({ config: config(ports), prepare }));
    side = disposal.use(await startBackendSide({ settings: { ssl_client_ca_file: `${dovecot.dir}/tls.pem` } }));
  });
  afterAll(() => disposal.disposeAsync());

  const login = async (protocol: 'imap' | 'pop3', port: number, fields: Readonly<Record<string, string>>) => {
    users += 1;
    const user = `user${users}@example.com`;
    const context = side.context({ protocol, user, session: `SESSION${users}`, endpoints: CLIENT });
    const reply = { host: '127.0.0.1', port: String(port), pass: 'pass1', ...fields };
    return { user, context, session: await side.login(reply, context) };
  };

  const NAMED = { host: NAME, hostip: '127.0.0.1' };
  test.each<[string, 'imap' | 'pop3', keyof Ports, Readonly<Record<string, string>>, string]>([
    ['imap', 'imap', 'imap', {}, 'secured'],
    ['imap, step by step', 'imap', 'imap', { proxy_nopipelining: 'y' }, 'secured'],
    ['imap, STARTTLS', 'imap', 'imap', { ...NAMED, starttls: 'yes' }, 'TLS'],
    ['imap, TLS', 'imap', 'imaps', { ...NAMED, ssl: 'yes' }, 'TLS'],
    ['imap, any certificate', 'imap', 'imaps', { ssl: 'any-cert' }, 'TLS'],
    ['imap, master user', 'imap', 'imap', { master: 'boss', pass: 'masterpw' }, 'secured'],
    ['imap, LOGIN', 'imap', 'imap', { proxy_mech: 'LOGIN' }, 'secured'],
    ['pop3', 'pop3', 'pop3', {}, 'secured'],
    ['pop3, STLS', 'pop3', 'pop3', { ...NAMED, starttls: 'yes' }, 'TLS'],
    ['pop3, TLS', 'pop3', 'pop3s', { ...NAMED, ssl: 'yes' }, 'TLS'],
    ['pop3, master user', 'pop3', 'pop3', { master: 'boss', pass: 'masterpw' }, 'secured'],
    ['pop3, LOGIN', 'pop3', 'pop3', { proxy_mech: 'LOGIN' }, 'secured'],
  ])('%s: the backend logs the client and its session', async (_, protocol, port, fields, security) => {
    const { user, session } = await login(protocol, ports[port], fields);
    const lip = protocol === 'imap' ? '10\\.1\\.1\\.1' : '127\\.0\\.0\\.1';
    await dovecot.logged(
      new RegExp(
        `${protocol}-login: Info: Login: user=<${user}>, .*rip=10\\.9\\.8\\.7, lip=${lip}, .*${security}, session=<SESSION${users}>`,
      ),
    );
    expect(session.reply).toMatch(protocol === 'imap' ? /^\[CAPABILITY .*\] Logged in$/ : /^Logged in\.$/);
    session.stream.destroy();
  });

  test('what the client sees and says after its login', async () => {
    const { user, context, session } = await login('imap', ports.imap, {});
    const { ours, theirs } = await socketPair();
    let heard = '';
    const closed = new Promise((resolve) => theirs.once('close', resolve));
    theirs.setEncoding('latin1').on('data', (bytes: string) => {
      heard += bytes;
    });
    const reply = imapLoginReply('a', session, false);
    ours.write(reply, 'latin1');
    const ended = side.backend.relay(
      { stream: ours, rest: 'b SELECT INBOX\r\n', bytesSent: reply.length },
      session,
      context,
    );
    theirs.write('c LOGOUT\r\n');
    await Promise.all([ended, closed]);
    expect(heard).toMatch(
      /^a OK \[CAPABILITY [^\r]*\] Logged in\r\n\* FLAGS [\s\S]*b OK [\s\S]*\* BYE Logging out\r\nc OK /,
    );
    const line = new RegExp(
      `^proxy\\(${user},127\\.0\\.0\\.1:${ports.imap}\\): Disconnected by server \\(0s idle, in=\\d+, out=${heard.length}\\)$`,
    );
    expect(side.lines.at(-1)).toMatch(line);
  });

  test('a backend that dies in a session: the client is let go, nothing else is', async () => {
    const dying = await login('imap', ports.imap, {});
    const living = await login('imap', ports.imap, {});
    const clients = await Promise.all([socketPair(), socketPair()]);
    const ended = [dying, living].map(({ session, context }, i) =>
      side.backend.relay({ stream: clients[i]?.ours ?? session.stream, rest: '', bytesSent: 0 }, session, context),
    );
    const [, pid] = await dovecot.logged(new RegExp(`Login: user=<${dying.user}>.*mpid=(\\d+)`));
    process.kill(Number(pid), 'SIGKILL');
    const closed = new Promise((resolve) => clients[0]?.theirs.resume().once('close', resolve));
    await ended[0];
    await closed;
    expect(side.backend.relays).toBe(1);
    expect(side.lines.at(-1)).toMatch(new RegExp(`proxy\\(${dying.user},.*Disconnected by server`));
    clients[1]?.theirs.resume().end();
    await ended[1];
  });

  test('sessions leave within two seconds of a shutdown', async () => {
    const { context, session } = await login('imap', ports.imap, {});
    const { ours, theirs } = await socketPair();
    void side.backend.relay({ stream: ours, rest: '', bytesSent: 0 }, session, context);
    theirs.resume();
    const late = later(5000, 'late', { ref: false });
    expect(await Promise.race([side.backend.drain(), late])).toBeUndefined();
    expect(side.lines.at(-1)).toMatch(/Disconnected by proxy: Process shutting down$/);
  });

  test.each([
    [
      'a name the certificate is not for',
      { host: 'other.example.com' },
      undefined,
      /SSL certificate doesn't match expected host name other\.example\.com/,
    ],
    [
      'a certificate nobody we know signed',
      { host: NAME },
      'other.pem',
      /Received invalid SSL certificate: .*\/CN=backend\.example\.com/,
    ],
  ])('%s', async (_, fields, ca, text) => {
    const settings = { ssl_client_ca_file: `${dovecot.dir}/${ca ?? 'tls.pem'}` };
    await using other = await startBackendSide({ settings });
    const context = other.context({ protocol: 'imap', user: 'u' });
    const reply = { hostip: '127.0.0.1', port: String(ports.imaps), pass: 'pass1', ssl: 'yes', ...fields };
    const error = await other.login(reply, context).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({ code: 'internal-config' });
    expect(other.lines).toEqual([expect.stringMatching(text)]);
  });

  test('certificates need not be valid where the settings say so', async () => {
    await using other = await startBackendSide({ settings: { ssl_client_require_valid_cert: false } });
    const context = other.context({ protocol: 'imap', user: 'u' });
    const reply = { host: '127.0.0.1', port: String(ports.imaps), pass: 'pass1', ssl: 'yes' };
    (await other.login(reply, context)).stream.destroy();
  });

  test('a directory of certificates', async () => {
    const dir = `${dovecot.dir}/trusted`;
    await mkdir(dir);
    await copyFile(`${dovecot.dir}/tls.pem`, `${dir}/backend.pem`);
    const settings = { ssl_client_ca_dir: dir };
    const context = side.context({ protocol: 'imap', user: 'u' });
    const reply = { host: NAME, hostip: '127.0.0.1', port: String(ports.imaps), pass: 'pass1', ssl: 'yes' };
    await using before = await startBackendSide({ settings });
    await expect(before.login(reply, context)).rejects.toMatchObject({ code: 'internal-config' });
    expect((await run('openssl', ['rehash', dir])).code).toBe(0);
    await using after = await startBackendSide({ settings });
    (await after.login(reply, context)).stream.destroy();
  });

  test('a source address of our choice', async () => {
    await using other = await startBackendSide({ settings: { login_source_ips: '?192.0.2.1 127.0.0.7' } });
    const context = other.context({ protocol: 'imap', user: 'u' });
    const reply = { host: '127.0.0.1', port: String(ports.imap), pass: 'pass1', proxy_not_trusted: 'y' };
    (await other.login(reply, context)).stream.destroy();
    await until('the source address in the log', 5000, () => /rip=127\.0\.0\.7/.test(dovecot.log()));
    expect(other.lines[0]).toMatch(/Started proxying to <127\.0\.0\.1> from 127\.0\.0\.7 \(/);
  });
});
