/** Dovecot's imap-login and ipc service around our director: sessions are kept, moved and dropped. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type DirectorPair, startDirectorPair } from './lib/director-pair.ts';
import { startImapStandIn } from './lib/imap-stand-in.ts';
import { type LineClient, openLineClient } from './lib/line-client.ts';
import { freePort } from './lib/ports.ts';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';

const HASH_ALICE = 1669653170;
const HOSTS = ['127.0.0.11', '127.0.0.12'];
const VERSION = 'VERSION\tdirector-doveadm\t1\t0';

/** Writes its arguments to a file, then says that all is well. */
const FLUSH_SCRIPT = (dir: string): string => `#!/bin/sh\necho "$@" >> ${dir}/flushed\n`;

const config = (port: number, dir: string): string => `
protocols = imap
login_proxy_notify_path = homing-notify
service imap-login {
  executable = imap-login homing-director
  inet_listener imap {
    port = ${port}
  }
}
service user-flush {
  executable = script ${dir}/flush.sh
  user = root
  unix_listener user-flush {
    mode = 0666
  }
}
`;

const start = async (settings: { director_user_expire?: number; director_flush_socket?: string }) => {
  const port = await freePort();
  const backendPort = await freePort('127.0.0.11');
  const backend = await startImapStandIn(HOSTS, backendPort);
  const pair = await startDirectorPair({
    settings: { director_mail_servers: HOSTS.join(' '), ...settings },
    users: `alice:{PLAIN}pw::::::proxy=y port=${backendPort} pass=pw\n`,
    config: (dir) => config(port, dir),
    prepare: async (dir) => {
      await writeFile(join(dir, 'flush.sh'), FLUSH_SCRIPT(dir));
      await chmod(join(dir, 'flush.sh'), 0o755);
    },
  });
  const login = async (): Promise<LineClient> => {
    const client = await openLineClient({ host: '127.0.0.1', port });
    await client.line();
    client.send('a LOGIN alice pw\r\n');
    expect(await client.line()).toMatch(/^a OK/);
    // A login process registers with ipc behind its first login; a kick that comes before finds nobody.
    await until('ipc to know the session', 10_000, async () =>
      (await pair.dovecot.doveadm('proxy', 'list')).stdout.includes('alice'),
    );
    return client;
  };
  return {
    pair,
    backend,
    login,
    async [Symbol.asyncDispose]() {
      await pair[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
};

const admin = async (pair: DirectorPair, command: string): Promise<string> => {
  using client = await openLineClient(pair.admin.homing);
  client.send(`${VERSION}\n${command}\n`);
  await client.line();
  return await client.line();
};

describeWithDovecot('director with sessions', () => {
  test('a move drops the session, and the next login waits and lands on the new host', async () => {
    await using site = await start({});
    using session = await site.login();
    expect(site.backend.logins).toEqual(['127.0.0.12 alice']);
    expect(await admin(site.pair, 'USER-MOVE\talice\t127.0.0.11')).toBe('OK');
    await session.closed();
    await site.pair.dovecot.logged(/Kicked via director/);
    using again = await site.login();
    expect(site.backend.logins).toEqual(['127.0.0.12 alice', '127.0.0.11 alice']);
    expect(await admin(site.pair, 'USER-KICK\talice')).toBe('OK');
    await again.closed();
    await site.pair.dovecot.logged(/Kicked by admin/);
    expect(site.pair.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('a session keeps its user through the notify fifo', async () => {
    await using site = await start({ director_user_expire: 10 });
    using session = await site.login();
    const expiry = async () => Number((await admin(site.pair, 'USER-LOOKUP\talice')).split('\t')[1]);
    const first = await expiry();
    await until('alice to be refreshed', 15_000, async () => (await expiry()) >= first + 5);
    session.end();
  });

  test("the flush script is run by Dovecot's script service, and its success ends the wait", async () => {
    await using site = await start({ director_flush_socket: 'unix:user-flush' });
    using session = await site.login();
    expect(await admin(site.pair, 'HOST-SET\t127.0.0.12\t60')).toBe('OK');
    expect(await admin(site.pair, 'USER-MOVE\talice\t127.0.0.11')).toBe('OK');
    await session.closed();
    using again = await site.login();
    again.send('b NOOP\r\n');
    expect(await again.line()).toBe('b OK done');
    const flushed = await readFile(join(site.pair.dovecot.dir, 'flushed'), 'utf8');
    expect(flushed).toBe(`FLUSH ${HASH_ALICE} 127.0.0.12 127.0.0.11 up 60\n`);
    expect(site.pair.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
