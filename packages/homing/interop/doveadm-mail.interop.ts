/**
 * Mail commands of a real doveadm for users whose backend our director chooses: doveadm asks `director-userdb`, connects to
 * the doveadm server of that backend and has it do the work.
 */
import { readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { type Dovecot, startDovecot } from './lib/dovecot.ts';
import { startHoming } from './lib/homing.ts';
import { freePorts } from './lib/ports.ts';
import { makeMailDir } from './lib/server.ts';
import { describeWithDovecot } from './lib/suite.ts';

const BACKENDS = ['127.0.0.11', '127.0.0.12'];
const USERS = Array.from({ length: 12 }, (_, i) => `user${i}`);

const mailUser = process.getuid?.() === 0 ? 'mail' : userInfo().username;

const backendConfig =
  (address: string, port: number) =>
  (dir: string): string =>
    `
protocols =
doveadm_password = secret
mail_location = maildir:${dir}/mail/%u
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=${mailUser} gid=${mailUser} home=${dir}/mail/%u
}
service doveadm {
  inet_listener {
    address = ${address}
    port = ${port}
  }
}
`;

const startBackend = (address: string, port: number): Promise<Dovecot> =>
  startDovecot({
    config: backendConfig(address, port),
    prepare: makeMailDir,
  });

describeWithDovecot('doveadm mail commands through director-userdb', () => {
  test('each user’s mailbox is made on the backend that the director chooses', async () => {
    await using stack = new AsyncDisposableStack();
    const [port = 0] = await freePorts(1);
    const backends = await Promise.all(BACKENDS.map((address) => startBackend(address, port)));
    for (const backend of backends) stack.use(backend);
    const homing = stack.use(
      await startHoming({
        config: () => `
protocols =
director_mail_servers = ${BACKENDS.join(' ')}
passdb {
  driver = static
  args = proxy=y nopassword=y
}
service director {
  unix_listener director-userdb {
    mode = 0600
  }
}
`,
      }),
    );
    const front = stack.use(
      await startDovecot({
        config: () => `
protocols =
doveadm_port = ${port}
doveadm_password = secret
protocol doveadm {
  auth_socket_path = ${homing.socket('director-userdb')}
}
`,
      }),
    );
    for (const user of USERS) {
      const { code, stderr } = await front.doveadm('mailbox', 'create', '-u', user, 'Sent');
      expect({ user, code, stderr }).toEqual({ user, code: 0, stderr: '' });
    }
    const list = await front.doveadm('mailbox', 'list', '-u', 'user0');
    expect(list.stdout.split('\n').sort()).toEqual(['', 'INBOX', 'Sent']);
    const found = backends.map((backend) => readdirSync(`${backend.dir}/mail`).sort());
    const chosen = BACKENDS.map(() => [] as string[]);
    for (const user of USERS) {
      const status = await front.doveadm('director', 'status', '-a', homing.socket('director-admin'), user);
      const ip = /^Current: (\S+)/.exec(status.stdout)?.[1] ?? '';
      chosen[BACKENDS.indexOf(ip)]?.push(user);
    }
    expect(found).toEqual(chosen.map((users) => users.sort()));
    expect(found.every((users) => users.length > 0)).toBe(true);
  });
});
