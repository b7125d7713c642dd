/**
 * What the director keeps over its death: kill -9 of the core, kill -9 of everything at once, a disk that is full, a
 * folder that cannot be used.
 */
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { authenticateAll, directorConfig } from './lib/chosen-hosts.ts';
import { type Homing, startHoming } from './lib/homing.ts';
import { openLineClient } from './lib/line-client.ts';
import { commandLine, familyOf, run, startProcess } from './lib/process.ts';
import { makeInstanceDir, type ServerOptions } from './lib/server.ts';
import { BACKENDS, userNames } from './lib/site.ts';
import { until } from './lib/until.ts';

const USERS = userNames(20);
const [MOVED, STAYING] = [USERS.slice(0, 10), USERS.slice(10)];
const ADDED = '127.0.0.99';
const isRoot = process.getuid?.() === 0;

const config = (): string => `${directorConfig()}director_user_kick_delay = 1s\n`;

const other = (backend: string | undefined): string => BACKENDS.find((ip) => ip !== backend) ?? '';

describe('the state of the director', () => {
  let stack = new AsyncDisposableStack();
  afterEach(async () => {
    await stack.disposeAsync();
    stack = new AsyncDisposableStack();
  });

  const start = async (options: Partial<ServerOptions> = {}): Promise<Homing> =>
    stack.use(await startHoming({ config, ...options }));
  const folderOf = (homing: Homing): string => join(homing.dir, 'state/homing');
  const usersFile = (homing: Homing): string => join(folderOf(homing), 'homing-director-users');
  const core = (pid: number): number => {
    const found = familyOf(pid).find((child) => commandLine(child).includes('core.ts'));
    if (found === undefined) throw new Error('no core process');
    return found;
  };
  /** What admin commands are answered, on one connection. */
  const ask = async (homing: Homing, commands: readonly string[], isLast: (line: string) => boolean = () => true) => {
    using admin = await openLineClient(homing.socket('director-admin'));
    admin.send('VERSION\tdirector-doveadm\t1\t0\n');
    await admin.line();
    const replies: string[][] = [];
    for (const command of commands) {
      admin.send(`${command}\n`);
      replies.push(await admin.linesUntil(isLast));
    }
    return replies;
  };
  const everybody = async (homing: Homing): Promise<string[]> => {
    const rows = await ask(
      homing,
      USERS.map((user) => `USER-LOOKUP\t${user}`),
    );
    return rows.map(([row = '']) => row.split('\t')[0] ?? '');
  };
  /** Without the number of users. */
  const backends = async (homing: Homing): Promise<string[]> => {
    const [rows = []] = await ask(homing, ['HOST-LIST'], (line) => line === '');
    return rows.slice(0, -1).map((row) => row.split('\t').toSpliced(2, 1).join(' '));
  };
  const login = (homing: Homing, users: readonly string[]): Promise<void> =>
    authenticateAll(homing.socket('login/director'), users, 'any');
  /** The last change is on disk: a mark made after it is. */
  const written = async (homing: Homing): Promise<void> => {
    const before = existsSync(usersFile(homing)) ? statSync(usersFile(homing)).size : 0;
    await login(homing, [`mark-${before}`]);
    await until(
      'the users to be written',
      5000,
      () => existsSync(usersFile(homing)) && statSync(usersFile(homing)).size > before,
    );
  };
  /** Users and backends as no configuration says. */
  const change = async (homing: Homing): Promise<{ users: string[]; backends: string[] }> => {
    await login(homing, USERS);
    const before = await everybody(homing);
    await ask(homing, [
      ...MOVED.map((user, i) => `USER-MOVE\t${user}\t${other(before[i])}`),
      `HOST-SET\t${ADDED}\t50`,
      `HOST-DOWN\t${ADDED}`,
      `HOST-UPDATE\t${BACKENDS[0]}\t7`,
    ]);
    await written(homing);
    const after = { users: await everybody(homing), backends: await backends(homing) };
    expect(after.users).toEqual(USERS.map((_, i) => (i < MOVED.length ? other(before[i]) : before[i])));
    return after;
  };
  /** Also one that has just been started again. */
  const serves = (homing: Homing): Promise<boolean> =>
    until('the director to answer', 20_000, () =>
      backends(homing).then(
        () => true,
        () => false,
      ),
    );
  const startAgain = async (homing: Homing): Promise<void> => {
    stack.use(startProcess(fileURLToPath(new URL('../bin/homing', import.meta.url)), ['-F', '-c', homing.configFile]));
    await serves(homing);
  };
  const expectSame = async (homing: Homing, before: { users: string[]; backends: string[] }): Promise<void> => {
    expect(await everybody(homing)).toEqual(before.users);
    expect(await backends(homing)).toEqual(before.backends);
    // And logins go there.
    await login(homing, USERS);
    expect(await everybody(homing)).toEqual(before.users);
  };

  test('kill -9 of the core: users who were moved stay, a backend that is down stays down', async () => {
    const homing = await start();
    const before = await change(homing);
    const folder = statSync(folderOf(homing));
    expect([folder.mode & 0o777, statSync(usersFile(homing)).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(statSync(usersFile(homing)).uid).toBe(folder.uid);
    if (isRoot) expect(folder.uid).not.toBe(0);

    process.kill(core(homing.pid), 'SIGKILL');
    await homing.logged(/child \d+ killed with signal 9/);
    await serves(homing);
    await expectSame(homing, before);
    expect(homing.log()).toMatch(new RegExp(`Restored ${USERS.length + 1} users`));
    expect(homing.log()).not.toMatch(/director: Warning/);
  });

  test('kill -9 of everything at once', async () => {
    const first = await start();
    const before = await change(first);
    for (const pid of [core(first.pid), first.pid, ...familyOf(first.pid)]) process.kill(pid, 'SIGKILL');
    await first.exited;
    await startAgain(first);
    await expectSame(first, before);
  });

  test('an orderly stop, and a changed director_mail_servers', async () => {
    const first = await start();
    const { users } = await change(first);
    first.signal('SIGTERM');
    await first.exited;
    const [kept, dropped] = BACKENDS;
    const text = readFileSync(first.configFile, 'utf8');
    writeFileSync(first.configFile, text.replace(BACKENDS.join(' '), `${kept} 127.0.0.98`));
    await startAgain(first);
    expect(await backends(first)).toEqual([
      `${kept} 7  U 0`,
      '127.0.0.98 100  U 0',
      expect.stringMatching(`^${ADDED} 50  D [1-9]\\d+$`),
    ]);
    expect(await everybody(first)).toEqual(users.map((ip) => (ip === dropped ? '' : ip)));
  });

  if (!isRoot) console.log('SKIPPED a full disk: not root, which mounting a small one takes');
  test.skipIf(!isRoot)('a full disk: logins go on, and when there is room the state is written again', async () => {
    const folder = await makeInstanceDir();
    stack.defer(() => rm(folder, { recursive: true }));
    const { code, stderr } = await run('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=755', 'tmpfs', folder]);
    if (code !== 0) throw new Error(`mount: ${stderr}`);
    stack.defer(async () => void (await run('umount', ['-l', folder])));
    const homing = await start({ config: () => `${config()}state_dir = ${folder}\n` });
    await login(homing, STAYING);
    await until('the users to be written', 5000, () => existsSync(join(folder, 'homing/homing-director-users')));
    await run('sh', ['-c', `cat /dev/zero > ${folder}/fill`]);
    const users = userNames(2000);
    for (let i = 0; i < users.length; i += 500) await login(homing, users.slice(i, i + 500));
    await ask(homing, [`HOST-DOWN\t${BACKENDS[0]}`]);
    const full = /Can't write the state of users, a restart would forget what changes now: write\(\) failed: No space/;
    await homing.logged(full);
    await homing.logged(/Can't write the state of backends.*No space left on device/);
    await login(homing, MOVED);
    rmSync(join(folder, 'fill'));
    await homing.logged(/The state of users is written again/);
    await homing.logged(/The state of backends is written again/);
    expect(homing.log().match(/Can't write/g)).toHaveLength(2);

    process.kill(core(homing.pid), 'SIGKILL');
    await homing.logged(/child \d+ killed with signal 9/);
    await serves(homing);
    await homing.logged(/Restored 20\d\d users/);
    expect((await backends(homing))[0]).toMatch(new RegExp(`^${BACKENDS[0]} 100  D `));
  });

  test('a state_dir that cannot be made is told of once, and the director serves', async () => {
    const homing = await start({ prepare: (dir) => writeFile(join(dir, 'state'), 'a file\n') });
    await login(homing, USERS);
    expect(await everybody(homing)).not.toContain('');
    expect(homing.log().match(/State folder .* cannot be used, .*: mkdir\(.*\) failed: .*/g)).toHaveLength(1);
  });
});
