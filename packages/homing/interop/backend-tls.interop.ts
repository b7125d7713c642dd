/**
 * The leg to the backend under TLS, through the whole server: `yes` verifies the certificate against
 * `ssl_client_ca_file`, `any-cert` takes any; from the first byte (`ssl`) or after STARTTLS/STLS (`starttls`).
 */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate } from './lib/certificate.ts';
import { type Dovecot, startDovecot } from './lib/dovecot.ts';
import { type Homing, startHoming } from './lib/homing.ts';
import { imapLogin, pop3Login } from './lib/mail-login.ts';
import { mailboxes23 } from './lib/mailboxes.ts';
import { freePorts } from './lib/ports.ts';
import { makeMailDir } from './lib/server.ts';
import { BACKENDS, tls } from './lib/site.ts';
import { describeWithDovecot } from './lib/suite.ts';

const [BACKEND] = BACKENDS;
const PORTS = ['imap', 'imaps', 'pop3', 'pop3s'] as const;
type Ports = Readonly<Record<(typeof PORTS)[number], number>>;

const WAYS = [
  { field: 'ssl', value: 'yes' },
  { field: 'ssl', value: 'any-cert' },
  { field: 'starttls', value: 'yes' },
  { field: 'starttls', value: 'any-cert' },
] as const;
const CASES = (['imap', 'pop3'] as const).flatMap((protocol) =>
  WAYS.map((way) => ({ ...way, protocol, user: `${protocol}-${way.field}-${way.value}` })),
);

/** A fault in the configuration of the other side, of which the client can do nothing (client-common-auth.c). */
const REFUSED = {
  imap: 'NO [SERVERBUG] Account is temporarily unavailable.',
  pop3: '-ERR Account is temporarily unavailable.',
} as const;

const ports = async (address: string): Promise<Ports> => {
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0] = await freePorts(PORTS.length, address);
  return { imap, imaps, pop3, pop3s };
};

const services = (own: Ports, plugin: string): string =>
  (['imap', 'pop3'] as const)
    .map(
      (protocol) => `
service ${protocol}-login {
  executable = ${protocol}-login ${plugin}
  inet_listener ${protocol} {
    port = ${own[protocol]}
  }
  inet_listener ${protocol}s {
    port = ${own[`${protocol}s`]}
    ssl = yes
  }
}`,
    )
    .join('\n');

const startBackend = (own: Ports): Promise<Dovecot> =>
  startDovecot({
    config: (dir) => `
protocols = imap pop3
listen = ${BACKEND}
${tls(dir)}
login_trusted_networks = 127.0.0.0/8
${services(own, '')}
passdb {
  driver = static
  args = password=pw
}
${mailboxes23(dir)}
`,
    prepare: async (dir) => {
      await makeMailDir(dir);
      await makeCertificate(dir, 'tls', [BACKEND]);
    },
  });

const startFront = (own: Ports, backend: Ports, prepareCa: (file: string, dir: string) => Promise<void>) =>
  startHoming({
    config: (dir) => `
protocols = imap pop3
listen = 127.0.0.1
${tls(dir)}
ssl_client_ca_file = ${dir}/ca.pem
disable_plaintext_auth = no
homing_login_workers = 1
director_mail_servers = ${BACKEND}
${services(own, 'director')}
passdb {
  driver = passwd-file
  args = ${dir}/users
}
service director {
  unix_listener login/director {
    mode = 0666
  }
}
`,
    files: {
      users: CASES.map(({ user, protocol, field, value }) => {
        const port = backend[field === 'ssl' ? (`${protocol}s` as const) : protocol];
        return `${user}:{PLAIN}pw::::::proxy=y port=${port} ${field}=${value}\n`;
      }).join(''),
    },
    prepare: async (dir) => {
      await makeCertificate(dir, 'tls', ['127.0.0.1']);
      await prepareCa(join(dir, 'ca.pem'), dir);
    },
  });

describeWithDovecot('TLS to the backend', () => {
  const stack = new AsyncDisposableStack();
  let backendPorts: Ports;
  let backend: Dovecot;
  beforeAll(async () => {
    backendPorts = await ports(BACKEND);
    backend = stack.use(await startBackend(backendPorts));
  });
  afterAll(() => stack.disposeAsync());

  const CAS = {
    'the CA of the backend': (file: string) => copyFile(join(backend.dir, 'tls.pem'), file),
    'another CA': async (file: string, dir: string) => {
      const { cert } = await makeCertificate(dir, 'other', [BACKEND]);
      await copyFile(cert, file);
    },
    'a CA that signed another name': async (file: string, dir: string) => {
      const { cert } = await makeCertificate(dir, 'other', ['127.0.0.99']);
      await copyFile(cert, file);
    },
  } as const;

  describe.each(Object.entries(CAS))('%s', (ca, prepareCa) => {
    let front: Homing;
    let own: Ports;
    beforeAll(async () => {
      own = await ports('127.0.0.1');
      front = stack.use(await startFront(own, backendPorts, prepareCa));
    });

    test.each(CASES)('$protocol, $field=$value', async ({ protocol, value, user }) => {
      const before = backend.log().length;
      const seen = front.log().length;
      const endpoint = { host: '127.0.0.1', port: own[protocol] };
      const login = protocol === 'imap' ? imapLogin(endpoint, user, 'pw') : pop3Login(endpoint, user, 'pw');
      if (value === 'any-cert' || ca === 'the CA of the backend') {
        await login;
        await backend.logged(new RegExp(`${protocol}-login: Info: Login: user=<${user}>.*, TLS`), 5000, before);
        return;
      }
      await expect(login).rejects.toThrow(REFUSED[protocol]);
      await front.logged(new RegExp(`${protocol}-login: Error: .*${user}.*certificate`, 'i'), 5000, seen);
      expect(backend.log().slice(before)).not.toContain(`Login: user=<${user}>`);
    });
  });
});
