/** The harness itself: what the other interop tests stand on. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startDovecot } from './lib/dovecot.ts';
import { openLineClient } from './lib/line-client.ts';
import { freePort } from './lib/ports.ts';
import { makeMailDir } from './lib/server.ts';
import { describeWithDovecot } from './lib/suite.ts';

describeWithDovecot('harness', () => {
  test('a private Dovecot serves a login and leaves nothing behind', async () => {
    let dir: string;
    let pid: number;
    {
      const port = await freePort();
      await using dovecot = await startDovecot({
        config: (home) => `
protocols = imap
service imap-login {
  inet_listener imap {
    port = ${port}
  }
}
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=10000 gid=10000 home=${home}/mail/%u
}
mail_location = maildir:~/Maildir
`,
        prepare: makeMailDir,
      });
      ({ dir, pid } = dovecot);
      using client = await openLineClient({ host: '127.0.0.1', port });
      await client.line();
      client.send('a LOGIN joe secret\r\n');
      expect(await client.line()).toMatch(/^a OK .*Logged in$/);
      expect((await dovecot.doveadm('user', 'joe')).stdout).toContain('uid\t10000');
      await dovecot.logged(/imap-login: Info: Login: user=<joe>/);
    }
    expect(existsSync(dir)).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test('a configuration Dovecot refuses is told with its log', async () => {
    await expect(startDovecot({ config: () => 'no_such_setting = 1' })).rejects.toThrow(
      'Unknown setting: no_such_setting',
    );
  });
});
