/**
 * A database that is away is a temporary failure, never a wrong password: for clients of our login proxies and of
 * Dovecot's login processes in front of our director. It ends by itself when the database is back.
 */
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDovecot } from './lib/dovecot.ts';
import { loginsAtDirector } from './lib/dovecot23-front.ts';
import { type Homing, startHoming } from './lib/homing.ts';
import { startImapStandIn } from './lib/imap-stand-in.ts';
import { openLineClient } from './lib/line-client.ts';
import { freePorts } from './lib/ports.ts';
import { BACKENDS } from './lib/site.ts';
import { describeWithDovecot } from './lib/suite.ts';
import { until } from './lib/until.ts';

type Login = (password: string) => Promise<string>;

const imap =
  (port: number): Login =>
  async (password) => {
    using client = await openLineClient({ host: '127.0.0.1', port });
    await client.line();
    client.send(`a LOGIN alice ${password}\r\n`);
    return (await client.linesUntil((line) => line.startsWith('a '))).at(-1) ?? '';
  };

const pop3 =
  (port: number): Login =>
  async (password) => {
    using client = await openLineClient({ host: '127.0.0.1', port });
    await client.line();
    client.send('USER alice\r\n');
    await client.line();
    client.send(`PASS ${password}\r\n`);
    return await client.line();
  };

/** Brings the database at the path away; what it returns brings it back. */
type Outage = (path: string) => Promise<() => Promise<void>>;

const replacedBy =
  (put: (path: string) => Promise<void>): Outage =>
  async (path) => {
    await rename(path, `${path}.kept`);
    await put(path);
    return async () => {
      await rm(path, { recursive: true, force: true });
      await rename(`${path}.kept`, path);
    };
  };

const removed = replacedBy(async () => undefined);
/** Cannot be opened, not even by root. */
const unreadable = replacedBy((path) => symlink(path, path));
const directory = replacedBy((path) => mkdir(path));
const corrupt = replacedBy((path) => writeFile(path, 'no database. '.repeat(1000)));
const locked: Outage = async (path) => {
  const writer = new Database(path);
  writer.exec('BEGIN EXCLUSIVE');
  return async () => {
    writer.close();
  };
};

const createDatabase = (path: string, port: number): void => {
  const db = new Database(path);
  db.exec(`CREATE TABLE users (user, password, proxy, port);
    INSERT INTO users VALUES ('alice', '{PLAIN}right', 'y', ${port})`);
  db.close();
};

const DATABASES = [
  {
    driver: 'sql',
    args: 'sql.conf.ext',
    database: 'users.db',
    error: /sql\(alice,127\.0\.0\.1[^)]*\): Password query failed: ./,
    outages: { removed, unreadable, 'a directory': directory, corrupt, locked },
  },
  {
    driver: 'passwd-file',
    args: 'users',
    database: 'users',
    error: /passwd-file.*\/users/,
    outages: { removed, unreadable, 'a directory': directory },
  },
] as const;

const config = (driver: string, args: string, imapPort: number, pop3Port: number, front: string) => (dir: string) =>
  `
protocols = imap pop3
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
homing_login_workers = 1
director_mail_servers = ${BACKENDS[0]}
passdb {
  driver = ${driver}
  args = ${dir}/${args}
}
service imap-login {
  executable = imap-login director
  inet_listener imap {
    port = ${imapPort}
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  executable = pop3-login director
  inet_listener pop3 {
    port = ${pop3Port}
  }
  inet_listener pop3s {
    port = 0
  }
}
service director {
  unix_listener login/director {
    mode = 0666
  }
  unix_listener ${front} {
    mode = 0666
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`;

const startSite = async (driver: string, args: string, stack: AsyncDisposableStack) => {
  const [ours = 0, oursPop = 0, theirs = 0, theirsPop = 0, backend = 0] = await freePorts(5);
  const logins = loginsAtDirector({ imap: theirs, pop3: theirsPop });
  const front = stack.use(await startDovecot({ config: () => `protocols = imap pop3\n${logins}\n` }));
  const homing = stack.use(
    await startHoming({
      config: config(driver, args, ours, oursPop, front.socket('login/sidecar/director')),
      files: {
        users: `alice:{PLAIN}right::::::proxy=y port=${backend}\n`,
        'sql.conf.ext': (dir) =>
          `driver = sqlite\nconnect = ${dir}/users.db\n` +
          "password_query = SELECT user, password, proxy, port FROM users WHERE user = '%u'\n",
      },
      prepare: async (dir) => createDatabase(join(dir, 'users.db'), backend),
    }),
  );
  stack.use(await startImapStandIn(BACKENDS, backend));
  return { homing, imap: [imap(ours), imap(theirs)], pop3: [pop3(oursPop), pop3(theirsPop)] };
};

describeWithDovecot('a database that is away', () => {
  describe.each(DATABASES)('$driver', ({ driver, args, database, error, outages }) => {
    const stack = new AsyncDisposableStack();
    let homing: Homing;
    let fronts: { readonly imap: Login[]; readonly pop3: Login[] };
    beforeAll(async () => {
      fronts = await startSite(driver, args, stack);
      homing = (fronts as Awaited<ReturnType<typeof startSite>>).homing;
    });
    afterAll(() => stack.disposeAsync());

    /** Logs in until the reply begins as it should; no reply on the way there may call the password wrong. */
    const becomes = (login: Login, expected: RegExp): Promise<boolean> =>
      until(`a reply like ${expected}`, 15_000, async () => {
        const reply = await login('right');
        expect(reply).not.toMatch(/AUTHENTICATIONFAILED|\[AUTH\]/);
        return expected.test(reply);
      });

    test.each(Object.entries<Outage>(outages))('%s', async (_, outage) => {
      const [first] = fronts.imap;
      if (first === undefined) throw new Error('no front');
      await becomes(first, /^a OK/);
      const before = homing.log().length;
      const back = await outage(join(homing.dir, database));
      try {
        await becomes(first, /^a NO \[UNAVAILABLE\] Temporary authentication failure\. \[/);
        for (const login of fronts.imap) {
          expect(await login('right')).toMatch(/^a NO \[UNAVAILABLE\] Temporary authentication failure\. \[/);
        }
        for (const login of fronts.pop3) {
          expect(await login('right')).toMatch(/^-ERR \[SYS\/TEMP\] Temporary authentication failure\. \[/);
        }
      } finally {
        await back();
      }
      // The session's name in each makes them differ: one line a request.
      const errors = () =>
        homing
          .log()
          .slice(before)
          .split('\n')
          .filter((line) => line.includes('Error: '));
      await until('a line of each login', 5000, () => errors().length >= 5);
      expect(errors()).toEqual(errors().map(() => expect.stringMatching(error)));
      expect(new Set(errors()).size).toBe(errors().length);
      for (const login of fronts.imap) await becomes(login, /^a OK/);
      for (const login of fronts.imap) expect(await login('wrong')).toMatch(/^a NO \[AUTHENTICATIONFAILED\]/);
      for (const login of fronts.pop3) expect(await login('wrong')).toMatch(/^-ERR \[AUTH\]/);
    });
  });
});
