/**
 * Dovecot 2.4's doveadm at Homing's sockets: logins and look-ups, the sessions of Homing's own login processes, mail
 * commands for users whose backend the director chooses.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BACKEND_DOVEADM_PASSWORD, type Backends24, startBackends24 } from './lib/backends24.ts';
import { type Dovecot, doveadm } from './lib/dovecot.ts';
import { startDovecot24 } from './lib/dovecot24.ts';
import { type HeldSession, holdSession } from './lib/held-session.ts';
import { homeadmHere, noSessions } from './lib/homeadm.ts';
import { type Homing, startHoming } from './lib/homing.ts';
import { passwdFile } from './lib/passwd-file.ts';
import { freePort } from './lib/ports.ts';
import type { Finished } from './lib/process.ts';
import { describeWithBothDovecots, describeWithDovecot24 } from './lib/suite.ts';

const HOST = '127.0.28.1';
const BACKENDS = ['127.0.28.11', '127.0.28.12'] as const;
const USERS = Array.from({ length: 8 }, (_, i) => `user${i}`);

const homingConfig =
  (imap: number, { imap: backendImap }: Backends24) =>
  (dir: string): string =>
    `
protocols = imap
listen = ${HOST}
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
homing_login_workers = 2
director_mail_servers = ${BACKENDS.join(' ')}
${passwdFile(dir)}
protocol imap {
  passdb {
    driver = passwd-file
    args = ${dir}/users
    override_fields = port=${backendImap}
  }
}
service imap-login {
  executable = imap-login director
  inet_listener imap {
    port = ${imap}
  }
  inet_listener imaps {
    port = 0
  }
}
service director {
  unix_listener login/director {
    mode = 0666
  }
  unix_listener director-userdb {
    mode = 0600
  }
}
`;

const USER_LINES = USERS.map((user, i) => `${user}:{PLAIN}pw:8:8::/home/${user}::proxy=y user_group=g${i % 2}\n`);

describeWithDovecot24('Dovecot 2.4’s doveadm at Homing', () => {
  const stack = new AsyncDisposableStack();
  let backends: Backends24;
  let homing: Homing;
  let front: Dovecot;
  let imap: number;

  beforeAll(async () => {
    backends = stack.use(await startBackends24(BACKENDS));
    imap = await freePort(HOST);
    homing = stack.use(
      await startHoming({
        config: homingConfig(imap, backends),
        files: { users: USER_LINES.join(''), names: USERS.map((user) => `${user}\n`).join('') },
      }),
    );
    front = stack.use(
      await startDovecot24({
        config: () => `
protocols =
doveadm_port = ${backends.doveadm}
doveadm_password = ${BACKEND_DOVEADM_PASSWORD}
protocol doveadm {
  auth_socket_path = ${homing.socket('director-userdb')}
}
`,
      }),
    );
  });
  afterAll(() => stack.disposeAsync());

  const ask = (line: string): Promise<Finished> =>
    front.doveadm(...line.split(' ').map((word) => word.replace(/^@/, `${homing.baseDir}/`)));
  const hold = (user: string): Promise<HeldSession> => holdSession({ host: HOST, port: imap }, user, 'pw');
  const backendOf = async (user: string): Promise<string> => {
    const { stdout } = await homeadmHere(homing.configFile, 'director', 'status', user);
    return /^Current: (\S+)/.exec(stdout)?.[1] ?? '';
  };

  describe.each(['@director-userdb', '@auth-userdb', '@auth-master'])('%s', (socket) => {
    const fields = (user: string): string[] =>
      [`passdb: ${user}`, `  user      : ${user}`, '  proxy     : y', '  user_group: g1'].toSorted();

    test('auth lookup', async () => {
      const { code, stdout } = await ask(`auth lookup -a ${socket} user1`);
      const lines = stdout.trimEnd().split('\n');
      const added = lines.filter((line) => /^ {2}(proxy_refresh|host) *: /.test(line));
      expect({ code, lines: lines.filter((line) => !added.includes(line)).toSorted() }).toEqual({
        code: 0,
        lines: fields('user1'),
      });
      expect(added.length).toBe(socket === '@director-userdb' ? 2 : 0);
    });

    test.each([
      [`auth lookup -a ${socket} -x protocol=imap -f port user1`, 'PORT', 0],
      [`auth lookup -a ${socket} nobody`, "passdb lookup: user nobody doesn't exist", 67],
      [`user -a ${socket} -u -f home user1`, '/home/user1', 0],
      [`user -a ${socket} -u nobody`, "userdb lookup: user nobody doesn't exist", 67],
      [`user -a ${socket} user?`, USERS.join('\n'), 0],
    ])('%s', async (line, stdout, code) => {
      expect(await ask(line)).toEqual({
        code,
        stdout: `${stdout.replace('PORT', String(backends.imap))}\n`,
        stderr: '',
      });
    });
  });

  test.each(['@login/director', '@auth-client', '@login/login'])('auth test at %s', async (socket) => {
    const right = await ask(`auth test -a ${socket} -x protocol=imap -x rip=10.9.9.9 user1 pw`);
    expect(right).toMatchObject({ code: 0, stderr: '' });
    expect(right.stdout).toMatch(/^passdb: user1 auth succeeded\nextra fields:\n/);
    expect(right.stdout).toContain(`  port=${backends.imap}\n`);
    expect(right.stdout.includes('  host=127.0.28.1')).toBe(socket === '@login/director');
    expect(await ask(`auth test -a ${socket} user1 wrong`)).toMatchObject({
      code: 77,
      stdout: expect.stringMatching(/^passdb: user1 auth failed\nextra fields:\n {2}user=user1\n/),
    });
  });

  test.each([
    ['auth cache flush -a @auth-master user1', 0, '0 cache entries flushed\n', /^$/],
    ['auth lookup -a @auth-client user1', 75, '', /is an auth client socket\. It should be a master socket\./],
    ['auth test -a @auth-userdb user1 pw', 75, '', /Couldn't connect to auth socket/],
    ['director status -a @director-admin', 64, '', /^usage: doveadm /],
    ['director map', 64, '', /^usage: doveadm /],
    ['who -a @ipc', 75, /./, /Invalid VERSION line/],
  ])('%s', async (line, code, stdout, stderr) => {
    expect(await ask(line)).toEqual({
      code,
      stdout: expect.stringMatching(typeof stdout === 'string' ? `^${stdout}$` : stdout),
      stderr: expect.stringMatching(stderr),
    });
  });

  describe('the sessions of Homing’s login processes', () => {
    beforeEach(() => noSessions(homing.configFile));

    const rows = async (line: string): Promise<string[][]> => {
      const { code, stdout, stderr } = await ask(`-f tab ${line}`);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const [header = '', ...lines] = stdout.trimEnd().split('\n');
      expect(header).toBe('username\tservice\tpid\tip\tdest_ip\tuser_group');
      return lines.toSorted().map((row) => row.split('\t'));
    };

    test.each(['who -1 -a @anvil', 'proxy list -1 -a @anvil'])('%s', async (line) => {
      using one = await hold('user1');
      using two = await hold('user2');
      using again = await hold('user2');
      const workers = homing.children('login-worker.ts').map(String);
      const listed = (await rows(line)).map(([user, service, pid = '', ip, destIp, group]) => {
        expect(workers).toContain(pid);
        return [user, service, ip, destIp, group];
      });
      const row = async ({ user }: HeldSession, group: string) => [
        user,
        'imap-login',
        '127.0.0.1',
        await backendOf(user),
        group,
      ];
      expect(listed).toEqual([await row(one, 'g1'), await row(two, 'g0'), await row(again, 'g0')]);
      const { stdout } = await ask('-f tab who -a @anvil user2');
      expect(stdout).toMatch(
        /^username\t#\tservice\t\(pids\)\t\(ips\)\nuser2\t2\timap-login\t\([\d ]+\)\t\(127.0.0.1\)\n$/,
      );
    });

    test.each([
      ['kick -a @anvil user1', ['user1', 'user1'], ['user2']],
      ['proxy kick -a @anvil user1', ['user1'], ['user2']],
      ['kick -a @anvil -f user_group g1', ['user1', 'user3'], ['user2']],
      ['kick -a @anvil us*3', ['user3', 'user3'], ['user2']],
      ['kick -a @anvil 127.0.0.0/24', ['user1', 'user2'], []],
      ['kick -a @anvil 127.0.1.0/24', [], ['user1', 'user2']],
    ] as const)('%s', async (line, ending, staying) => {
      const cut = await Promise.all(ending.map(hold));
      const kept = await Promise.all(staying.map(hold));
      expect(await ask(line)).toEqual({ code: 0, stdout: `${cut.length} connections kicked\n`, stderr: '' });
      await Promise.all(cut.map((session) => session.cut()));
      expect(await Promise.all(kept.map((session) => session.alive()))).toEqual(kept.map(() => true));
      for (const session of [...cut, ...kept]) session[Symbol.dispose]();
    });

    test('kick -h empties a backend', async () => {
      const sessions = await Promise.all(USERS.map(hold));
      const hosts = await Promise.all(USERS.map(backendOf));
      const [gone, staying] = BACKENDS.map((host) => sessions.filter((_, at) => hosts[at] === host));
      if (gone === undefined || staying === undefined) throw new Error('two backends');
      expect(staying.length).toBeGreaterThan(0);
      expect(await ask(`kick -a @anvil -h ${BACKENDS[0]}`)).toMatchObject({
        stdout: `${gone.length} connections kicked\n`,
      });
      await Promise.all(gone.map((session) => session.cut()));
      expect(await Promise.all(staying.map((session) => session.alive()))).toEqual(staying.map(() => true));
      for (const session of sessions) session[Symbol.dispose]();
    });

    test('penalty', async () => {
      expect(await ask('penalty -a @anvil')).toMatchObject({ code: 0, stderr: '' });
    });
  });

  test('mailbox status runs on the backend of each user', async () => {
    const [one = '', two = ''] = await onEachBackend();
    for (const [user, host] of [
      [one, BACKENDS[0]],
      [two, BACKENDS[1]],
    ] as const) {
      const there = backends.servers.get(host);
      expect(await there?.doveadm('mailbox', 'create', '-u', user, 'Here')).toMatchObject({ code: 0 });
      const status = await front.doveadm('mailbox', 'status', '-u', user, 'messages', 'Here');
      expect(status).toEqual({ code: 0, stdout: 'Here messages=0\n', stderr: '' });
    }
  });

  /** A user of each. */
  const onEachBackend = async (): Promise<(string | undefined)[]> => {
    for (const user of USERS) await ask(`auth lookup -a @director-userdb ${user}`);
    const hosts = await Promise.all(USERS.map(backendOf));
    return BACKENDS.map((host) => USERS[hosts.indexOf(host)]);
  };

  describeWithBothDovecots('2.3’s doveadm director goes on working', () => {
    test.each(['status', 'map -f NAMES', 'dump', 'ring status', 'status user1'])('%s', async (line) => {
      const words = line.replace('NAMES', `${homing.dir}/names`).split(' ');
      const at = words[0] === 'ring' ? 2 : 1;
      const args = ['director', ...words.slice(0, at), '-a', homing.socket('director-admin'), ...words.slice(at)];
      const { code, stdout, stderr } = await doveadm(backends.servers.get(BACKENDS[1])?.configFile ?? '', ...args);
      expect(await homeadmHere(homing.configFile, ...args)).toEqual({
        code,
        stderr,
        stdout: stdout.replaceAll('doveadm', 'homeadm'),
      });
      expect(code).toBe(0);
    });
  });
});
