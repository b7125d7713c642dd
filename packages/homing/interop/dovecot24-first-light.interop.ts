/**
 * The main job beside Dovecot 2.4: its login services, lmtp and doveadm reach the backend that Homing's director chose, of
 * either series, by every protocol. Passwords are checked by Dovecot 2.4's own auth; or by Homing's, and Dovecot 2.4 has
 * none, neither here nor on its backend. Login processes serve many clients each, or one as Debian has it.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticateAll, directorMap, startRealDirector } from './lib/chosen-hosts.ts';
import type { Dovecot } from './lib/dovecot.ts';
import { type Sidecar, startSidecar } from './lib/dovecot24-front.ts';
import { type MailProtocol, mailLogin } from './lib/five-protocols.ts';
import { holdSession } from './lib/held-session.ts';
import { inParallel } from './lib/mail-login.ts';
import { MAIL_PASSWORD, MIXED_BACKENDS, type MixedBackends, startMixedBackends } from './lib/mixed-backends.ts';
import { commandLine } from './lib/process.ts';
import { userNames } from './lib/site.ts';
import { describeWithBothDovecots } from './lib/suite.ts';
import { until } from './lib/until.ts';

const PARALLEL = 16;

/** Users of IMAP and POP3; the other protocols, whose clients start processes of their own, have 200 at most. */
const SITES = [
  ['Dovecot 2.4 with its own auth', 'dovecot', 'busy', 1000],
  ['Dovecot 2.4 without any passdb', 'homing', 'busy', 1000],
  ['Dovecot 2.4 with a process for each client', 'dovecot', 'stock', 50],
] as const;

for (const [name, passwords, logins, count] of SITES) {
  describeWithBothDovecots(`${name} and Homing`, () => {
    const ALL = userNames(count);
    const SOME = ALL.slice(0, 200);
    const stack = new AsyncDisposableStack();
    let backends: MixedBackends;
    let sidecar: Sidecar;
    let real: Dovecot;
    let chosen: Awaited<ReturnType<typeof directorMap>>;

    beforeAll(async () => {
      backends = stack.use(await startMixedBackends({ auth24: passwords }));
      sidecar = stack.use(await startSidecar(backends, { passwords, logins }));
      real = stack.use(await startRealDirector(MIXED_BACKENDS));
      await authenticateAll(real.socket('login/director'), ALL, MAIL_PASSWORD);
      chosen = await directorMap(real, ALL);
    });
    afterAll(() => stack.disposeAsync());

    const backendOf = (user: string): string => chosen.get(user)?.host ?? '';

    test.each<readonly [MailProtocol, readonly string[]]>([
      ['imap', ALL],
      ['pop3', ALL],
      ['submission', SOME],
      ['sieve', SOME],
      ['lmtp', SOME],
    ])('%s: every user twice, on the backend where Dovecot 2.3’s director sends it', async (protocol, users) => {
      const login = (user: string): Promise<void> => mailLogin[protocol](sidecar.at(protocol), user, MAIL_PASSWORD);
      expect(await inParallel([...users, ...users], PARALLEL, login)).toEqual([]);
      const landed = await backends.landed(protocol, 2 * users.length);
      const expected = users.map((user) => [user, [backendOf(user), backendOf(user)]]);
      expect(Object.fromEntries(landed)).toEqual(Object.fromEntries(expected));
      expect(new Set([...landed.values()].flat())).toEqual(new Set(MIXED_BACKENDS));
    });

    test('the director says the same as Dovecot 2.3’s', async () => {
      expect(await directorMap(real, ALL, sidecar.homing.socket('director-admin'))).toEqual(chosen);
    });

    test('doveadm runs on the backend of each user', async () => {
      const file = join(sidecar.front.dir, 'users');
      await writeFile(file, SOME.map((user) => `${user}\n`).join(''));
      const { code, stdout, stderr } = await sidecar.front.doveadm('mailbox', 'list', '-F', file);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const rows = stdout
        .split('\n')
        .filter((row) => /\d$/.test(row))
        .toSorted();
      expect(rows).toEqual(SOME.map((user) => `${user} ${backendOf(user)}`));
    });

    test('doveadm who shows the backend of a session', async () => {
      const [user = ''] = ALL;
      using _session = await holdSession(sidecar.at('imap'), user, MAIL_PASSWORD);
      const row = await until('the session', 5000, async () => {
        const { stdout } = await sidecar.front.doveadm('-f', 'tab', 'who', '-1');
        return stdout.split('\n').find((line) => line.startsWith(user));
      });
      expect(row.split('\t')).toEqual([
        user,
        'imap-login',
        expect.stringMatching(/^\d+$/),
        '127.0.0.1',
        backendOf(user),
      ]);
    });

    test('a wrong password is refused in the words of each protocol', async () => {
      const [user = ''] = ALL;
      const refused = async (protocol: MailProtocol, words: string): Promise<void> =>
        expect(mailLogin[protocol](sidecar.at(protocol), user, 'wrong')).rejects.toThrow(words);
      // At once: each failure of an address makes its next one wait longer.
      await Promise.all([
        refused('imap', 'a NO [AUTHENTICATIONFAILED] Authentication failed.'),
        refused('pop3', '-ERR [AUTH] Authentication failed.'),
        refused('submission', '535 5.7.8 Authentication failed.'),
        refused('sieve', 'NO "Authentication failed."'),
      ]);
    });

    test('the core is not root, and Dovecot’s auth runs only if it is asked', () => {
      const [core = 0] = sidecar.homing.children('core.ts');
      expect(readFileSync(`/proc/${core}/status`, 'latin1')).not.toMatch(/^[UG]id:.*\t0\b/m);
      const auths = sidecar.front.processes().filter((pid) => commandLine(pid).startsWith('dovecot/auth'));
      expect(auths.length > 0).toBe(passwords === 'dovecot');
    });
  });
}
