/** Homing's auth server where Dovecot 2.4 has its own: what clients are told, and mail processes that fetch the login. */
import { rm } from 'node:fs/promises';
import { createMemoryLog } from '@homing/io';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOwnAuth, startOwnDirector } from './lib/auth-parts.ts';
import { startDovecot24 } from './lib/dovecot24.ts';
import { type MailPorts, mailListeners, mailPorts } from './lib/five-protocols.ts';
import { openLineClient } from './lib/line-client.ts';
import { answerAt, giveUpBeside, LOGIN24_HOST, type Login24, startLogin24 } from './lib/login24.ts';
import { MAILDIR_24 } from './lib/mailboxes.ts';
import { passwdFile } from './lib/passwd-file.ts';
import { freePorts } from './lib/ports.ts';
import { commandLine } from './lib/process.ts';
import { makeInstanceDir, makeMailDir } from './lib/server.ts';
import { describeWithDovecot24 } from './lib/suite.ts';
import { until } from './lib/until.ts';

const PROTOCOLS = ['imap', 'pop3', 'submission', 'sieve'] as const;

const FILES = {
  users: `alice:{PLAIN}pw:10000:10000::/nonexistent::
nologin:{PLAIN}pw::::::nologin=y
refer:{PLAIN}pw::::::nologin=y host=127.0.26.9 port=2143
why:{PLAIN}pw::::::nologin=y reason=Maintenance
away:{PLAIN}pw::::::proxy=y host=127.0.26.9 port=9 proxy_timeout=1
lost:{PLAIN}pw::::::proxy=y
`,
  masters: 'admin:{PLAIN}pw\n',
  deny: 'denied\n',
};

const COMMON23 = `auth_failure_delay = 0
auth_mechanisms = plain login
auth_master_user_separator = *
`;
const config23 = (dir: string): string => `${COMMON23}
passdb {
  driver = passwd-file
  args = ${dir}/masters
  master = yes
  result_success = continue
}
passdb {
  driver = passwd-file
  args = ${dir}/deny
  deny = yes
}
passdb {
  driver = passwd-file
  args = /nonexistent/users
  username_filter = tf*
}
passdb {
  driver = passwd-file
  args = ${dir}/users
}
`;

const config24 = (dir: string): string => `
auth_failure_delay = 0
auth_master_user_separator = *
passdb masters {
  driver = passwd-file
  master = yes
  passwd_file_path = ${dir}/masters
  result_success = continue
}
passdb deny {
  driver = passwd-file
  deny = yes
  passwd_file_path = ${dir}/deny
}
passdb passwd-file {
  passwd_file_path = ${dir}/users
}
userdb static {
  fields {
    uid = 10000
    gid = 10000
    home = /nonexistent
  }
}
`;

const LOGINS = [
  ['nobody', 'pw'],
  ['alice', 'wrong'],
  ['al%ice', 'pw'],
  ['denied', 'pw'],
  ['nobody*admin', 'pw'],
  ['alice*admin', 'wrong'],
  ['nologin', 'pw'],
  ['refer', 'pw'],
  ['why', 'pw'],
  ['away', 'pw'],
  ['lost', 'pw'],
] as const;

const told = (ports: MailPorts, user: string, password: string): Promise<string[]> =>
  Promise.all(PROTOCOLS.map((name) => answerAt({ host: LOGIN24_HOST, port: ports[name] }, name, user, password)));

describeWithDovecot24('clients of 2.4 are told the same by both auth servers', () => {
  const stack = new AsyncDisposableStack();
  const log = createMemoryLog('test');
  let ours: Login24;
  let theirs: MailPorts;
  beforeAll(async () => {
    const { server } = stack.use(await startOwnAuth(config23, FILES, log));
    ours = stack.use(await startLogin24({ login: server.serve('login', undefined), log }));
    theirs = mailPorts(await freePorts(6, LOGIN24_HOST));
    const common = `protocols = imap pop3 submission sieve\nlisten = ${LOGIN24_HOST}\nsubmission_relay_host = 127.0.0.1\n`;
    const listeners = mailListeners(theirs, '');
    stack.use(await startDovecot24({ config: (dir) => `${common}${listeners}${config24(dir)}`, files: FILES }));
  });
  afterAll(() => stack.disposeAsync());

  test.each(LOGINS)('%s, %s', async (user, password) => {
    const [here, there] = await Promise.all([told(ours.ports, user, password), told(theirs, user, password)]);
    expect(here).toEqual(there);
  });

  test('a client that gives up in the middle disturbs nobody', async () => {
    const endpoint = { host: LOGIN24_HOST, port: ours.ports.imap };
    expect(await giveUpBeside(endpoint, 'nologin')).toEqual([
      expect.stringMatching(/^a BAD /),
      'a NO [CONTACTADMIN] Login disabled for this user',
    ]);
  });

  test('a database that is away', async () => {
    expect(await told(ours.ports, 'tf1', 'pw')).toEqual([
      'a NO [UNAVAILABLE] Temporary authentication failure.',
      '-ERR [SYS/TEMP] Temporary authentication failure.',
      '454 4.7.0 Temporary authentication failure.',
      'NO (TRYLATER) "Temporary authentication failure."',
    ]);
  });
});

/** Every mail process asks our auth server, managesieve where it always does; Dovecot has no database at all. */
const MAIL_PROCESSES = `
${MAILDIR_24}
imap_hibernate_timeout = 1s
service imap-hibernate {
  unix_listener imap-hibernate {
    mode = 0666
  }
}
service imap {
  unix_listener imap-master {
    mode = 0666
  }
}
service auth {
  unix_listener auth-master {
    mode = 0
  }
}
${['imap', 'pop3'].map((name) => `service ${name} {\n  executable = ${name} -a sidecar/master\n}\n`).join('')}
`;

/** An idle session is handed to imap-hibernate, and back when its client says something. */
const hibernate = async ({ dovecot, ports }: Login24): Promise<void> => {
  using idler = await openLineClient({ host: LOGIN24_HOST, port: ports.imap });
  await idler.line();
  for (const command of ['a LOGIN alice pw', 'b SELECT INBOX']) {
    idler.send(`${command}\r\n`);
    await idler.linesUntil((line) => line.startsWith(command.slice(0, 2)));
  }
  const isAwake = (): boolean => dovecot.processes().some((pid) => /^dovecot\/imap(?: |$)/.test(commandLine(pid)));
  expect(isAwake()).toBe(true);
  idler.send('c IDLE\r\n');
  await until('the session to hibernate', 10_000, () => !isAwake());
  idler.send('DONE\r\n');
  expect((await idler.linesUntil((line) => line.startsWith('c '))).at(-1)).toMatch(/^c OK/);
};

describeWithDovecot24('mail processes of 2.4 fetch the login from our auth server', () => {
  test.each(['directly', 'through our director'])('%s', async (way) => {
    await using stack = new AsyncDisposableStack();
    const log = createMemoryLog('test');
    const mail = await makeInstanceDir();
    stack.defer(() => rm(mail, { recursive: true, force: true }));
    await makeMailDir(mail);
    const users = `alice:{PLAIN}pw:10000:10000::${mail}/mail/alice::\n`;
    const { server } = stack.use(await startOwnAuth(passwdFile, { users }, log));
    const auth = { login: server.serve('login', undefined), userdb: server.serve('userdb', undefined) };
    const director = stack.use(await startOwnDirector('127.0.26.9', auth, log));
    const login = way === 'directly' ? auth.login : director.acceptAuth;
    const master = server.serve('master', undefined);
    const site = stack.use(await startLogin24({ login, master, log, config: () => MAIL_PROCESSES }));
    const answers = (['imap', 'pop3', 'sieve'] as const).map((protocol) =>
      answerAt({ host: LOGIN24_HOST, port: site.ports[protocol] }, protocol, 'alice'),
    );
    await Promise.all(answers).catch(() => console.log(site.dovecot.log()));
    expect(await Promise.all(answers)).toEqual([
      expect.stringMatching(/^a OK .*Logged in$/),
      '+OK Logged in.',
      'OK "Logged in."',
    ]);
    await hibernate(site);
    expect(log.entries.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
