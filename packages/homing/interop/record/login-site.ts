/** A Dovecot proxy, a tap, and a Dovecot backend behind it, for one of IMAP and POP3. */
import { makeCertificate } from '../lib/certificate.ts';
import { type Dovecot, startDovecot } from '../lib/dovecot.ts';
import { homes23, mailboxes23 } from '../lib/mailboxes.ts';
import { freePorts } from '../lib/ports.ts';
import { makeMailDir } from '../lib/server.ts';
import { startTap, type Tap } from '../lib/tap.ts';
import { type Peer, peerOf } from './recording.ts';

export type LoginProtocol = 'imap' | 'pop3';

/** `address` is the proxy's listener that counts as secured; `insecure` the one that does not. */
export type LoginSite = Peer & { readonly insecure: { host: string; port: number }; readonly tap: Tap };

const WELL_KNOWN = { imap: 143, pop3: 110 } as const;

const proxyUsers = (port: number): string => `u1@example.com:{PLAIN}pass1::::::proxy=y host=127.0.0.1 port=${port}
u2@example.com:{PLAIN}p\xe4ss "2"::::::proxy=y host=127.0.0.1 port=${port}
wrong@example.com:{PLAIN}pass1::::::proxy=y host=127.0.0.1 port=${port} pass=bad
mech@example.com:{PLAIN}pass1::::::proxy=y host=127.0.0.1 port=${port} proxy_mech=LOGIN
master@example.com:{PLAIN}pass1::::::proxy=y host=127.0.0.1 port=${port} master=proxyadm pass=masterpw
dest@example.com:{PLAIN}pass1::::::proxy=y host=127.0.0.1 port=${port} destuser=u1@example.com
untrusted@example.com:{PLAIN}pass1::::::proxy=y host=127.0.0.1 port=${port} proxy_not_trusted=y
forward@example.com:{PLAIN}pass1::::::proxy=y host=127.0.0.1 port=${port} forward_a=one forward_empty
starttls@example.com:{PLAIN}pass1::::::proxy=y host=127.0.0.1 port=${port} starttls=any-cert
nologin@example.com:{PLAIN}pass1::::::nologin=y reason=Go_away
referral@example.com:{PLAIN}pass1::::::nologin=y host=10.1.2.3
`;

const USERS = `u1@example.com:{PLAIN}pass1
u2@example.com:{PLAIN}p\xe4ss "2"
mech@example.com:{PLAIN}pass1
untrusted@example.com:{PLAIN}pass1
forward@example.com:{PLAIN}pass1
starttls@example.com:{PLAIN}pass1
wrong@example.com:{PLAIN}pass1
master@example.com:{PLAIN}other
`;

const listener = (protocol: LoginProtocol, port: number): string => `
protocols = ${protocol}
service ${protocol}-login {
  inet_listener ${protocol} {
    port = ${port}
  }
  inet_listener ${protocol}s {
    port = 0
  }
}
`;

const ssl = (dir: string): string => `
ssl = yes
ssl_cert = <${dir}/tls.pem
ssl_key = <${dir}/tls.key
`;

const backendConfig =
  (protocol: LoginProtocol, port: number) =>
  (dir: string): string =>
    `
${listener(protocol, port)}${ssl(dir)}
login_trusted_networks = 127.0.0.0/8
auth_mechanisms = plain login
passdb {
  driver = passwd-file
  master = yes
  args = ${dir}/masters
}
passdb {
  driver = passwd-file
  args = ${dir}/users
}
${mailboxes23(dir)}
`;

const proxyConfig =
  (protocol: LoginProtocol, port: number) =>
  (dir: string): string =>
    `
${listener(protocol, port)}${ssl(dir)}
listen = 127.0.0.1 127.0.0.2
disable_plaintext_auth = yes
auth_mechanisms = plain login
passdb {
  driver = passwd-file
  args = ${dir}/users
}
${homes23(dir)}
`;

const prepare = async (dir: string): Promise<void> => {
  await makeCertificate(dir, 'tls', ['mail.example.com', '127.0.0.1']);
  await makeMailDir(dir);
};

export const startLoginSite = async (protocol: LoginProtocol): Promise<LoginSite> => {
  await using stack = new AsyncDisposableStack();
  const [proxyPort = 0, tapPort = 0, backendPort = 0] = await freePorts(3);
  const backend: Dovecot = stack.use(
    await startDovecot({
      config: backendConfig(protocol, backendPort),
      files: { masters: 'proxyadm:{PLAIN}masterpw\n', users: USERS },
      prepare,
    }),
  );
  const tap = stack.use(await startTap(tapPort, { host: '127.0.0.1', port: backendPort }));
  const proxy = stack.use(
    await startDovecot({ config: proxyConfig(protocol, proxyPort), files: { users: proxyUsers(tapPort) }, prepare }),
  );
  const files = Object.fromEntries([
    ...Object.entries(proxy.files).map(([name, text]) => [`proxy/${name}`, text.replaceAll(proxy.dir, '/srv/site')]),
    ...Object.entries(backend.files).map(([name, text]) => [
      `backend/${name}`,
      text.replaceAll(backend.dir, '/srv/site'),
    ]),
  ]);
  const known = WELL_KNOWN[protocol];
  const peer = peerOf(proxy, () => ({ host: '127.0.0.1', port: proxyPort }), [
    [proxyPort, known],
    [tapPort, known],
    [backendPort, known],
  ]);
  const running = stack.move();
  return {
    ...peer,
    files,
    insecure: { host: '127.0.0.2', port: proxyPort },
    tap,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};
