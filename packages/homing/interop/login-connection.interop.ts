/** Certificates, server names and PROXY headers at both front ends; mail clients that others wrote; a lost auth server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate } from './lib/certificate.ts';
import { makeAuthority } from './lib/client-certificate.ts';
import { compareLogins } from './lib/compare-logins.ts';
import { PLAIN } from './lib/login-cases.ts';
import { type LoginPair, startLoginPair } from './lib/login-pair.ts';
import { commandLine, run } from './lib/process.ts';
import { runScript } from './lib/script.ts';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';

const config = (dir: string): string => `
ssl_ca = <${dir}/ca.pem
ssl_require_crl = no
ssl_verify_client_cert = yes
auth_ssl_username_from_cert = yes
haproxy_trusted_networks = 127.0.0.1
haproxy_timeout = 1s
login_greeting = %s of %l for %r
login_log_format_elements = user=<%u> method=%m rip=%r lip=%l %c name=%{local_name} session=<%{session}>
local_name other.example.com {
  ssl_cert = <${dir}/other.pem
  ssl_key = <${dir}/other.key
}
`;

const prepare = async (dir: string): Promise<void> => {
  await makeCertificate(dir, 'other', ['other.example.com']);
  await makeAuthority(dir, 'u1@example.com');
  await makeCertificate(dir, 'stranger', ['u2@example.com']);
};

const uint16 = (n: number): string => String.fromCharCode(n >> 8, n & 255);
const v2 = (command: number, family: number, payload: string): string =>
  `\r\n\r\n\0\r\nQUIT\n${String.fromCharCode(command, family)}${uint16(payload.length)}${payload}`;
const ADDRESSES = '\x0a\0\0\x01\x0a\0\0\x02\x03\xe7\0\x8f';

describeWithDovecot('connections to both front ends', () => {
  let pair: LoginPair;
  beforeAll(async () => {
    pair = await startLoginPair({ config, prepare });
  });
  afterAll(async () => {
    await pair?.[Symbol.asyncDispose]();
  });

  const identity = (name: string) => ({
    cert: readFileSync(join(pair.dovecot.dir, `${name}.pem`)),
    key: readFileSync(join(pair.dovecot.dir, `${name}.key`)),
  });

  describe('client certificates', () => {
    test.each([
      ['EXTERNAL with a valid one', 'client', 'a AUTHENTICATE EXTERNAL ='],
      ['its name replaces the typed one', 'client', 'a LOGIN u2@example.com pass1'],
      ['an unknown authority', 'stranger', 'a AUTHENTICATE EXTERNAL ='],
      ['a password with an unknown authority', 'stranger', 'a LOGIN u1@example.com pass1'],
      ['none', undefined, 'a AUTHENTICATE EXTERNAL ='],
    ])('%s', async (name, certificate, command) => {
      const tlsOptions = certificate === undefined ? {} : identity(certificate);
      await compareLogins(pair, 'imap', { name, tls: true, tlsOptions, steps: [[`${command}\r\n`, 1]] });
    });
  });

  const certificateFor = (port: number, servername: string | undefined): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = { port, host: '127.0.0.1', rejectUnauthorized: false };
      const socket = connect(servername === undefined ? options : { ...options, servername }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.on('error', reject);
    });

  test.each([['other.example.com'], ['mail.example.com'], ['unknown.example.com'], [undefined]])(
    'the certificate for server name %s',
    async (name) => {
      const ours = await certificateFor(pair.ours.imaps, name);
      expect(ours).toBe(await certificateFor(pair.theirs.imaps, name));
      expect(ours).toBe(name === 'other.example.com' ? name : 'mail.example.com');
    },
  );

  test('the server name goes into log lines', async () => {
    const tlsOptions = { servername: 'other.example.com' };
    const steps = [
      ['USER u1@example.com\r\n', 1],
      ['PASS pass1\r\n', 1],
    ] as const;
    await compareLogins(pair, 'pop3', { name: 'SNI', tls: true, tlsOptions, steps });
  });

  describe('PROXY headers', () => {
    const login = `a AUTHENTICATE PLAIN ${PLAIN}\r\n`;
    test.each<[string, string, boolean]>([
      ['v1', 'PROXY TCP4 10.0.0.1 10.0.0.2 999 143\r\n', true],
      ['v1 UNKNOWN', 'PROXY UNKNOWN\r\n', true],
      ['v2', v2(0x21, 0x11, ADDRESSES), true],
      ['v2 LOCAL', v2(0x20, 0x00, ''), true],
      ['v2 with TLS at the balancer', v2(0x21, 0x11, `${ADDRESSES}\x20\0\x05\x01\0\0\0\0`), true],
      ['garbage', 'a LOGIN u1@example.com pass1\r\n', false],
      ['v2 of UDP', v2(0x21, 0x12, ADDRESSES), false],
      ['v2 with an unknown command', v2(0x25, 0x11, ADDRESSES), false],
      ['nothing in time', '', false],
    ])('%s', async (name, header, isGreeted) => {
      const steps = isGreeted
        ? ([
            [header, 1],
            [login, 1],
          ] as const)
        : ([[header, 'close']] as const);
      await compareLogins(pair, 'imap', { name, steps, greeting: 0 }, 'haproxy');
    });

    test('an untrusted balancer', async () => {
      const one = { name: 'untrusted', from: '127.0.0.2', steps: [['', 'close']] as const, greeting: 0 };
      await compareLogins(pair, 'imap', one, 'haproxy');
    });
  });

  describe('mail clients', () => {
    const python = async (code: string): Promise<string> => {
      const { stdout, stderr } = await run('python3', ['-c', code]);
      return stdout + stderr;
    };

    test('imaplib over STARTTLS', async () => {
      const code = `
import imaplib, ssl
m = imaplib.IMAP4('127.0.0.1', ${pair.ours.imap})
m.starttls(ssl._create_unverified_context())
print(m.login('u1@example.com', 'pass1')[0], m.select()[0], m.append('INBOX', None, None, b'Subject: x\\r\\n\\r\\n' + b'y' * 300000)[0])
print(len(m.fetch('1', '(RFC822)')[1][0][1]))
print(m.logout()[0])`;
      expect(await python(code)).toBe('OK OK OK\n300014\nBYE\n');
    });

    test('imaplib with CRAM-MD5 refused and a wrong password', async () => {
      const code = `
import imaplib
m = imaplib.IMAP4('127.0.0.1', ${pair.ours.imap})
for word in ('wrong', 'pass1'):
    try: print(m.login('u1@example.com', word)[0])
    except imaplib.IMAP4.error as e: print(e)`;
      expect(await python(code)).toBe("b'[AUTHENTICATIONFAILED] Authentication failed.'\nOK\n");
    });

    test('poplib over TLS', async () => {
      const code = `
import poplib, ssl
m = poplib.POP3_SSL('127.0.0.1', ${pair.ours.pop3s}, context=ssl._create_unverified_context())
m.user('u2@example.com'); print(m.pass_('pass1'), m.stat(), m.quit())`;
      expect(await python(code)).toBe("b'+OK Logged in.' (0, 0) b'+OK Logging out.'\n");
    });

    test('curl', async () => {
      // Left alone curl prefers CRAM-MD5, which shows no password for the backend.
      const plain = ['--user', 'u2@example.com:pass1', '--login-options', 'AUTH=PLAIN'];
      const user = ['--insecure', '--silent', '--show-error', ...plain];
      const imap = await run('curl', [...user, `imaps://127.0.0.1:${pair.ours.imaps}/`]);
      expect(imap).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('INBOX') });
      const pop3 = await run('curl', [...user, '--ssl-reqd', `pop3://127.0.0.1:${pair.ours.pop3}/`]);
      expect(pop3).toMatchObject({ code: 0, stderr: '' });
    });
  });

  test('clients outlive an auth server that is restarted', async () => {
    const target = { port: pair.ours.imap };
    const before = await runScript(target, [['a LOGIN u1@example.com pass1\r\n', 1]]);
    expect(before[1]).toMatch(/^a OK /);
    const auth = pair.dovecot.processes().find((pid) => /^dovecot\/auth(?! -w)/.test(commandLine(pid)));
    if (auth === undefined) throw new Error('no auth server');
    process.kill(auth, 'SIGKILL');
    const after = await until('a login after the restart', 10_000, async () => {
      const said = await runScript(target, [['a LOGIN u1@example.com pass1\r\n', 1]]);
      return said[1]?.startsWith('a OK ') && said;
    });
    expect(after[0]).toBe(before[0]);
  });
});
