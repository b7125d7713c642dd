/** `homeadm director` prints what `doveadm director` prints: streams and exit status, against both directors. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DirectorPair, startDirectorPair } from './lib/director-pair.ts';
import { doveadm } from './lib/dovecot.ts';
import { homeadmHere } from './lib/homeadm.ts';
import { type Finished, run } from './lib/process.ts';
import { describeWithDovecot } from './lib/suite.ts';

const HOMEADM = fileURLToPath(new URL('../bin/homeadm', import.meta.url));

/** Both programs name themselves in usage lines, and doveadm does so by its path. */
const named = (text: string): string =>
  text.replaceAll('/usr/bin/doveadm:', 'doveadm:').replaceAll('homeadm', 'doveadm');

const program = async (configFile: string, ...args: string[]): Promise<Finished> => {
  const { code, stdout, stderr } = await run(HOMEADM, ['-c', configFile, ...args]);
  return { code, stdout: named(stdout), stderr: named(stderr) };
};

const homeadm = async (configFile: string, ...args: string[]): Promise<Finished> => {
  const { code, stdout, stderr } = await homeadmHere(configFile, ...args);
  return { code, stdout: named(stdout), stderr: named(stderr) };
};

const real = async (configFile: string, ...args: string[]): Promise<Finished> => {
  const { code, stdout, stderr } = await doveadm(configFile, ...args);
  return { code, stdout, stderr: named(stderr) };
};

/** Global options stand before `director`; each line has the same outcome when it is run twice. */
const ON_A_DIRECTOR = [
  'director status',
  '-f json director status',
  '-f tab director status',
  '-f flow director status',
  '-f pager director status',
  '-h director status',
  '-h -f tab director status',
  'director status u1@example.com',
  'director status u1@example.com gold',
  '-f json director status u1@example.com',
  '-f formatted director status',
  'director map',
  '-f json director map',
  'director map 127.0.0.12',
  'director map -h 1521296941',
  'director map -h xx',
  '-v director add 127.0.0.15 60',
  'director add 127.0.0.15@x 60',
  'director add 127.0.0.16 2000',
  '-v director add -t t1 127.0.0.17',
  'director update 127.0.0.99 5',
  '-v director update 127.0.0.15 7',
  '-v director down 127.0.0.15',
  'director down 9.9.9.9',
  '-v director up 127.0.0.15',
  'director remove 9.9.9.9',
  'director move u1@example.com 127.0.0.99',
  'director kick nobody',
  '-v director kick -f user_group g1',
  'director flush 9.9.9.9',
  '-v director flush -F 127.0.0.12',
  '-v director flush all',
  'director flush --max-parallel 3 127.0.0.12',
  'director dump',
  '-f json director dump',
  'director ring status',
  '-f json director ring status',
  'director ring remove 127.0.0.77',
  '-f json director up 127.0.0.15',
  '-f tab director up 127.0.0.15',
  'director status -- u1@example.com',
  'director status --us u2@example.com',
];

const WITHOUT_A_DIRECTOR = [
  'director',
  'director nosuch',
  'director ring',
  '-z director status',
  '--nosuch director status',
  '-f xyz director status',
  'director map -u u1@example.com',
  'director map -u',
  'director status -z',
  'director status --nosuch',
  'director status -a',
  'director status a b c',
  'director flush --max-parallel',
  'director map --h x',
  'director status -a 127.0.0.1',
  'director status -a /nonexistent/director-admin',
  'director status -a nosuchhost.invalid:1',
];

const OTHER_COMMANDS = [
  'auth lookup u1@example.com',
  'auth lookup -f password u1@example.com',
  'auth lookup u1@example.com nosuch',
  'auth lookup',
  'auth lookup -a /nonexistent/auth u1',
  'auth test u1@example.com x',
  'auth test u1@example.com bad',
  'auth test -x rip=1.2.3 u1 x',
  'auth test -x rip=1.2.3.4 -x forward_a=b -x foo=bar u1@example.com x',
  'auth test -a /nonexistent/auth u1 x',
  'auth cache flush u1',
  'user -u u1@example.com',
  'user -u nosuch',
  'user -u -f home u1@example.com',
  'user -u -f home nosuch',
  'user -u -a /nonexistent/auth u1',
  'user *',
  'user U1*',
  'user * u?@*',
  'proxy list',
  '-f json proxy list',
  'proxy kick',
  'proxy kick u1',
  'proxy kick -h 127.0.0.9',
  'proxy kick -f user_group g1',
  'pw -s SHA256 -p a',
  'pw -s SHA256.HEX -p a -V',
  'pw -s NOPE -p a',
  'pw -s DIGEST-MD5 -p a',
  'pw -t {PLAIN}a -p a',
  'pw -t {PLAIN}a -p b',
  'pw -t {SHA1}zzz -p b',
  'pw -t {NOPE}zzz -p b',
  'pw -t a -p b',
  'pw -r 99999999999 -p a',
  'reload x',
];

const ON_THE_REAL_ONE = [
  'director add',
  'director add 15',
  'director add 127.0.0.16 x',
  'director add nosuchhost.invalid',
  'director update 127.0.0.15',
  'director down',
  'director move u1',
  'director kick',
  'director flush',
  'director ring add foo',
  'director ring add 127.0.0.4 x',
  'director ring remove',
];

describeWithDovecot('homeadm', () => {
  let pair: DirectorPair;
  beforeAll(async () => {
    const users = ['u1@example.com', 'u2@example.com', 'u3@other.org'].map((user) => `${user}:{PLAIN}x:8:8::/h::\n`);
    pair = await startDirectorPair({ settings: { director_user_kick_delay: 0 }, users: users.join('') });
  });
  afterAll(() => pair[Symbol.asyncDispose]());

  const compare = async (line: string, socket?: string): Promise<void> => {
    const words = line.split(' ');
    const command = words.indexOf('director');
    const name = words[command + 1] === 'ring' ? command + 3 : command + 2;
    const args = socket === undefined ? words : words.toSpliced(name, 0, '-a', socket);
    const expected = await real(pair.dovecot.configFile, ...args);
    expect(await homeadm(pair.dovecot.configFile, ...args)).toEqual(expected);
  };

  test.each(['director status', 'director', 'director nosuch', 'pw -t {PLAIN}a -p b', 'user nosuch*'])(
    'the executable: %s',
    async (line) => {
      const words = line.split(' ');
      expect(await program(pair.dovecot.configFile, ...words)).toEqual(await real(pair.dovecot.configFile, ...words));
    },
  );
  test.each(ON_A_DIRECTOR)("Dovecot's director: %s", (line) => compare(line));
  test.each(ON_THE_REAL_ONE)('wrong arguments: %s', (line) => compare(line));
  test.each(WITHOUT_A_DIRECTOR)('no director: %s', (line) => compare(line));
  test.each(OTHER_COMMANDS)('other commands: %s', (line) => compare(line));
  test.each(ON_A_DIRECTOR)('our director: %s', (line) => compare(line, pair.admin.homing));

  test.each(['auth-master', 'auth-login'])('%s is no director', (socket) =>
    compare('director status', pair.dovecot.socket(socket)),
  );

  describe.each(['dovecot', 'homing'] as const)('a user moves in the director of %s', (which) => {
    test('as both programs see it', async () => {
      const socket = pair.admin[which];
      const { configFile } = pair.dovecot;
      const moved = await homeadm(configFile, '-v', 'director', 'move', '-a', socket, 'u3@other.org', '127.0.0.12');
      expect(moved).toEqual({
        code: 0,
        stdout: '',
        stderr: expect.stringMatching(/^Info: User hash \d+ moved to 127\.0\.0\.12\n$/),
      });
      await compare('director status u3@other.org', socket);
      await compare('director map', socket);
    });
  });
});
