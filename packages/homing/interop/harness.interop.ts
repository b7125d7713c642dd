/** The harness itself: what the other interop tests stand on. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startDovecot } from './lib/dovecot.ts';
import { dovecot24Version, startDovecot24 } from './lib/dovecot24.ts';
import { openLineClient } from './lib/line-client.ts';
import { mailboxes23, mailboxes24 } from './lib/mailboxes.ts';
import { freePort } from './lib/ports.ts';
import { commandLine } from './lib/process.ts';
import { makeMailDir } from './lib/server.ts';
import { describeWithDovecot, describeWithDovecot24 } from './lib/suite.ts';
import { until } from './lib/until.ts';

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
${mailboxes23(home)}
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

describeWithDovecot24('harness: Dovecot 2.4', () => {
  test('a private Dovecot 2.4 serves a login and leaves nothing behind', async () => {
    let dir: string;
    let processes: number[];
    {
      const port = await freePort();
      await using dovecot = await startDovecot24({
        config: (home) => `
protocols = imap
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
passdb static {
  password = secret
}
${mailboxes24(home)}
`,
        prepare: makeMailDir,
      });
      ({ dir } = dovecot);
      using client = await openLineClient({ host: '127.0.0.1', port });
      await client.line();
      client.send('a LOGIN joe secret\r\n');
      expect(await client.line()).toMatch(/^a OK .*Logged in$/);
      expect((await dovecot.doveadm('user', 'joe')).stdout).toContain('uid\t10000');
      await dovecot.logged(/imap-login: Info: Logged in: user=<joe>/);
      processes = dovecot.processes();
      expect(processes.length).toBeGreaterThan(1);
      expect(await dovecot24Version()).toMatch(/^2\.4\./);
    }
    expect(existsSync(dir)).toBe(false);
    expect(readFileSync('/proc/self/mountinfo', 'latin1')).not.toContain('dovecot24');
    await until('the end of its processes', 5000, () => processes.map(commandLine).join('') === '');
  });

  test('a configuration Dovecot 2.4 refuses is told with its log', async () => {
    await expect(startDovecot24({ config: () => 'no_such_setting = 1' })).rejects.toThrow(
      'Unknown setting: no_such_setting',
    );
  });
});
