/**
 * What Dovecot 2.4's own submission-login and lmtp, proxying where Homing says, tell backends of both series about the
 * client, and that they follow a backend that sends the user elsewhere. Homing names no port, so they use the protocols'
 * own; lmtp takes the one its client came to, unless it is told the protocol.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { directorCommand } from './lib/director-command.ts';
import { type Dovecot, startDovecot } from './lib/dovecot.ts';
import { startDovecot24 } from './lib/dovecot24.ts';
import { mailLogin } from './lib/five-protocols.ts';
import { type Homing, startHoming } from './lib/homing.ts';
import { mailboxes23, mailboxes24 } from './lib/mailboxes.ts';
import { freePorts } from './lib/ports.ts';
import { makeMailDir } from './lib/server.ts';
import { startSmtpRelay } from './lib/smtp-relay.ts';
import { bothDovecotsMissing, describeUnless } from './lib/suite.ts';

const HOP = '127.0.27.3';
const CLIENT = '127.0.27.77';
const AT_24 = '127.0.27.21';
const AT_23 = '127.0.27.22';
const PASSWORD = 'pigeon';

const USERS = { [AT_24]: 'to24', [AT_23]: 'to23' } as const;

/** The 2.4 sends them to the 2.3. */
const AWAY = { submission: 'away-submission', lmtp: 'away-lmtp' } as const;
const PROTOCOL_PORTS = { submission: 587, lmtp: 24 } as const;
const BACKENDS = [AT_24, AT_23] as const;

const listeners = (submission: number, lmtp: number): string => `
service submission-login {
  inet_listener submission {
    port = ${submission}
  }
}
service lmtp {
  inet_listener lmtp {
    port = ${lmtp}
  }
}
`;

const ELEMENTS = 'user=<%{user}> rip=%{rip} session=<%{session}> who=<%{passdb:forward_who}>';

const backend = (address: string, relay: { host: string; port: number }): string => `
protocols = submission lmtp
listen = ${address}
login_trusted_networks = ${HOP}/32 127.0.0.1/32
submission_relay_host = ${relay.host}
submission_relay_port = ${relay.port}
postmaster_address = postmaster@example.com
${listeners(587, 24)}`;

const config24 =
  (relay: { host: string; port: number }) =>
  (dir: string): string =>
    `
${backend(AT_24, relay)}
login_log_format_elements = ${ELEMENTS.replace('%{rip}', '%{remote_ip}')}
lmtp_proxy = yes
passdb passwd-file {
  passwd_file_path = ${dir}/users
}
${mailboxes24(dir)}
`;

/** Of a passwd-file. */
const users24 = (): string =>
  [
    `${USERS[AT_24]}:{PLAIN}${PASSWORD}::::::`,
    ...(['submission', 'lmtp'] as const).map(
      (protocol) =>
        `${AWAY[protocol]}:{PLAIN}${PASSWORD}::::::nologin=y host=${AT_23} port=${PROTOCOL_PORTS[protocol]}`,
    ),
  ].join('\n');

const config23 =
  (relay: { host: string; port: number }) =>
  (dir: string): string =>
    `
${backend(AT_23, relay)}
login_log_format_elements = ${ELEMENTS}
passdb {
  driver = static
  args = password=${PASSWORD}
}
${mailboxes23(dir)}
`;

const hopConfig = (submission: number, lmtp: number): string => `
protocols = submission lmtp
listen = ${HOP}
login_socket_path = sidecar/login
protocol lmtp {
  auth_socket_path = sidecar/userdb
}
lmtp_proxy = yes
${listeners(submission, lmtp)}`;

const sidecar = (hop: Dovecot): string => `
protocols =
director_mail_servers = ${BACKENDS.join(' ')}
passdb {
  driver = static
  args = password=${PASSWORD} proxy=y forward_who=me protocol=lmtp proxy_redirect_reauth=y
}
service director {
  unix_listener ${hop.socket('login/sidecar/login')} {
    mode = 0666
  }
  unix_listener ${hop.socket('sidecar/userdb')} {
    mode = 0600
  }
}
`;

const rootMissing = process.getuid?.() === 0 ? undefined : 'not root, and the protocols’ own ports are below 1024';
const describeAsRoot = (name: string, tests: () => void): void =>
  describeUnless(rootMissing ?? bothDovecotsMissing(), name, tests);

describeAsRoot('what 2.4’s submission and lmtp tell backends that Homing chose', () => {
  const stack = new AsyncDisposableStack();
  const backends = new Map<string, Dovecot>();
  const ports = { submission: 0, lmtp: 0 };
  let hop: Dovecot;
  let homing: Homing;

  beforeAll(async () => {
    const relay = stack.use(await startSmtpRelay(AT_24));
    backends.set(
      AT_24,
      stack.use(await startDovecot24({ config: config24(relay), files: { users: users24 }, prepare: makeMailDir })),
    );
    const dovecot23 = stack.use(await startDovecot({ config: config23(relay), prepare: makeMailDir }));
    backends.set(AT_23, dovecot23);
    const [submission = 0, lmtp = 0] = await freePorts(2, HOP);
    Object.assign(ports, { submission, lmtp });
    hop = stack.use(await startDovecot24({ config: () => hopConfig(submission, lmtp) }));
    homing = stack.use(await startHoming({ config: () => sidecar(hop) }));
    const places = [
      ...BACKENDS.map((address) => [USERS[address], address]),
      ...Object.values(AWAY).map((user) => [user, AT_24]),
    ];
    for (const [user = '', address = ''] of places) {
      await directorCommand(dovecot23, homing, 'move', user, address);
    }
  });
  afterAll(() => stack.disposeAsync());

  const client = (protocol: 'submission' | 'lmtp') => ({ host: HOP, port: ports[protocol], from: CLIENT });

  /** `who`: of the forward fields, which the answer to a redirect's question has to repeat. */
  const submitted = async (user: string, address: string, who: string): Promise<void> => {
    await mailLogin.submission(client('submission'), user, PASSWORD);
    const [, session = ''] = await hop.logged(
      new RegExp(`proxy\\(${user},${address}:587\\): Started proxying .*rip=${CLIENT}.*session=<([^>]+)>`),
    );
    const line = `user=<${user}>, rip=${CLIENT}, session=<${session.replace(/[+/]/g, '\\$&')}>, who=<${who}>`;
    await backends.get(address)?.logged(new RegExp(line));
  };

  const delivered = async (user: string, address: string): Promise<void> => {
    await mailLogin.lmtp(client('lmtp'), user, '');
    const saved = new RegExp(`lmtp\\(${user}\\)<\\d+><(\\S+):P\\d>: .*saved mail to INBOX`);
    const [, session = ''] = (await backends.get(address)?.logged(saved)) ?? [];
    await hop.logged(
      new RegExp(`rcpt ${user}: <${session.replace(/[+/]/g, '\\$&')}>: Sent message to <${user}> at ${address}:24:`),
    );
    const folder = join(backends.get(address)?.dir ?? '', 'mail', user, 'Maildir/new');
    const [mail = ''] = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
    const ips = [...mail.matchAll(/^Received: from \S+ \(\[([0-9.]+)\]\)/gm)].map(([, ip]) => ip);
    expect(ips).toEqual([CLIENT, CLIENT]);
  };

  test.each(BACKENDS)('submission to %s', (address) => submitted(USERS[address], address, 'me'));
  test.each(BACKENDS)('a mail to %s', (address) => delivered(USERS[address], address));

  test('submission to a backend that sends the user elsewhere', () => submitted(AWAY.submission, AT_23, ''));
  test('a mail to a backend that sends the user elsewhere', () => delivered(AWAY.lmtp, AT_23));
});
