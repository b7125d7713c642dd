/** homeadm at Dovecot 2.4's sockets: it prints what 2.4's doveadm prints, ends sessions, and says where it cannot. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backends24, startBackends24 } from './lib/backends24.ts';
import type { Dovecot } from './lib/dovecot.ts';
import { startDovecot24 } from './lib/dovecot24.ts';
import { type HeldSession, holdSession } from './lib/held-session.ts';
import { homeadmHere, noSessions } from './lib/homeadm.ts';
import { freePort } from './lib/ports.ts';
import type { Finished } from './lib/process.ts';
import { describeWithDovecot24 } from './lib/suite.ts';

const HOST = '127.0.28.2';
const BACKENDS = ['127.0.28.21', '127.0.28.22'] as const;

const users = (port: number): string =>
  ['a', 'b', 'c']
    .map(
      (user, at) =>
        `${user}:{PLAIN}pw:8:8::/home/${user}::proxy=y host=${BACKENDS[at % 2]} port=${port} user_group=g${at % 2}\n`,
    )
    .join('');

describeWithDovecot24('homeadm at Dovecot 2.4', () => {
  const stack = new AsyncDisposableStack();
  let backends: Backends24;
  let front: Dovecot;
  let imap: number;

  beforeAll(async () => {
    backends = stack.use(await startBackends24(BACKENDS));
    imap = await freePort(HOST);
    // As it comes: each login process serves one client.
    front = stack.use(
      await startDovecot24({
        config: (dir) => `
protocols = imap
listen = ${HOST}
auth_failure_delay = 0
service imap-login {
  inet_listener imap {
    port = ${imap}
  }
}
passdb passwd-file {
  passwd_file_path = ${dir}/users
}
userdb passwd-file {
  passwd_file_path = ${dir}/users
}
`,
        files: { users: users(backends.imap) },
      }),
    );
  });
  afterAll(() => stack.disposeAsync());

  const words = (line: string): string[] => line.split(' ').map((word) => word.replace(/^@/, `${front.baseDir}/`));
  const homeadm = (line: string): Promise<Finished> => homeadmHere('/dev/null', ...words(line));
  const allEnded = (): Promise<boolean> => noSessions('/dev/null', '-a', front.socket('anvil'));
  const hold = (user: string): Promise<HeldSession> => holdSession({ host: HOST, port: imap }, user, 'pw');

  test.each([
    ['auth lookup -a @auth-userdb a', 0],
    ['auth lookup -a @auth-userdb -x protocol=imap -x lip=127.0.0.1 a b', 0],
    ['auth lookup -a @auth-userdb -f host a', 0],
    ['auth lookup -a @auth-userdb nobody', 67],
    ['auth test -a @auth-client a pw', 0],
    ['auth test -a @auth-client a wrong', 77],
    ['auth test -a @auth-client -x protocol=imap -x rip=10.9.9.9 -x forward_x=y b pw', 0],
    ['auth test -a @auth-login a pw', 0],
    ['user -a @auth-userdb -u a', 0],
    ['user -a @auth-userdb -u nobody', 67],
    ['user -a @auth-userdb *', 0],
    ['user -a @auth-userdb a*', 0],
    ['auth cache flush -a @auth-master a', 0],
  ])('%s: %i', async (line, code) => {
    const theirs = await front.doveadm(...words(line));
    expect(theirs).toMatchObject({ code, stdout: expect.stringMatching(/./) });
    expect(await homeadm(line)).toMatchObject({ code, stdout: theirs.stdout });
  });

  test.each([
    [
      'auth lookup -a @auth-client a',
      75,
      /passdb lookup\(a\): \S+ is an auth client socket\. It should be a master socket\.\n/,
    ],
    ['auth lookup -a @anvil a', 75, /Auth server sent invalid version line: VERSION\tanvil-server\t2\t0\n/],
    [
      'auth test -a @auth-userdb a pw',
      75,
      /conn unix:\S+: Connection closed\nFatal: Couldn't connect to auth socket\n/,
    ],
    [
      'auth test -a @anvil a pw',
      75,
      /Auth server sent invalid version line: .*\nFatal: Couldn't connect to auth socket/,
    ],
    [
      'auth cache flush -a @auth-userdb',
      75,
      /auth cache flush: Disconnected unexpectedly\nError: Cache flush failed\n/,
    ],
    ['user -a @auth-client *', 75, /is an auth client socket.*\nFatal: user listing failed\n/],
    ['director status -a @auth-userdb', 76, /^Fatal: \S+ not a compatible director-doveadm socket\n$/],
    [
      'proxy list -a @ipc',
      75,
      /^Error: connect\(\S+\) failed: No such file or directory\nError: LIST-FULL failed: ipc/,
    ],
    ['proxy list -a @auth-master', 75, /^Error: IPC proxy sent invalid input: VERSION/],
    ['-o base_dir=@ reload', 75, /^Fatal: Homing is not running \(read from \S+\/master.pid\)\n$/],
    ['-o base_dir=@ stop', 75, /^Fatal: Homing is not running \(read from \S+\/master.pid\)\n$/],
  ])('%s is refused', async (line, code, stderr) => {
    const asked = await homeadm(line.replace('=@', `=${front.baseDir}`));
    expect(asked).toMatchObject({ code, stderr: expect.stringMatching(stderr) });
  });

  test('proxy list shows what 2.4’s anvil knows', async () => {
    using _one = await hold('a');
    using _two = await hold('b');
    const { code, stdout, stderr } = await homeadm('-f tab proxy list -a @anvil');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [header = '', ...rows] = stdout.trimEnd().split('\n');
    expect(header).toBe('username\tuser_group\tproto\tsrc ip\tdest ip');
    expect(rows.toSorted()).toEqual([
      `a\tg0\timap\t127.0.0.1\t${BACKENDS[0]}`,
      `b\tg1\timap\t127.0.0.1\t${BACKENDS[1]}`,
    ]);
  });

  test.each([
    ['a', ['a', 'a'], ['b']],
    ['b a', ['a', 'b'], ['c']],
    ['-f user_group g0', ['a', 'c'], ['b']],
    [`-h ${BACKENDS[0]}`, ['a', 'c'], ['b']],
    ['nobody', [], ['a']],
  ] as const)('proxy kick %s', async (args, ending, staying) => {
    await allEnded();
    const cut = await Promise.all(ending.map(hold));
    const kept = await Promise.all(staying.map(hold));
    expect(await homeadm(`proxy kick -a @anvil ${args}`)).toEqual({
      code: 0,
      stdout: `${cut.length} connections kicked\n`,
      stderr: '',
    });
    await Promise.all(cut.map((session) => session.cut()));
    expect(await Promise.all(kept.map((session) => session.alive()))).toEqual(kept.map(() => true));
    for (const session of [...cut, ...kept]) session[Symbol.dispose]();
    await allEnded();
    expect(front.log()).not.toMatch(/Panic|killed with signal/);
  });
});
