import { appendFile, mkdir, mkdtemp, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DirectorSettings } from '../core/settings.ts';
import { encodeStoredHosts } from '../core/state/stored-hosts.ts';
import { ip } from '../testing/ip.ts';
import { startTestDirector } from '../testing/start.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'director-state-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const usersFile = (): string => join(folder, 'homing-director-users');
const hostsFile = (): string => join(folder, 'homing-director-hosts');
const size = async (path: string): Promise<number> => (await stat(path)).size;

const START = 1_795_307_196_500;

/** `seconds`: since `START`. */
const start = async (seconds = 0, changed: Partial<DirectorSettings> = {}, isRestart = false) => {
  const { director, logged, open } = await startTestDirector(changed, {
    stateFolder: folder,
    isRestart,
    now: () => START + seconds * 1000 + performance.now(),
  });
  director.keepState();
  const admin = await open(director.acceptAdmin);
  admin.outlet?.send('VERSION\tdirector-doveadm\t1\t0\n');
  const ask = (command: string): string => {
    admin.received = '';
    admin.outlet?.send(`${command}\n`);
    return admin.received;
  };
  return {
    logged,
    ask,
    hosts: (): string[] =>
      ask('HOST-LIST')
        .trimEnd()
        .split('\n')
        .filter((row) => row !== ''),
    where: (hash: number): string => ask(`USER-LOOKUP\t${hash}`).split('\t')[0] ?? '',
    move: (hash: number, ip: string): string => ask(`USER-MOVE\t${hash}\t${ip}`),
    stop: () => director[Symbol.asyncDispose](),
  };
};

test('users and backends are after a restart as they were', async () => {
  const first = await start();
  first.move(77, '10.2.0.12');
  first.move(78, '10.2.0.13');
  first.ask('HOST-SET\t10.2.0.14@tag\t50');
  first.ask('HOST-DOWN\t10.2.0.13');
  first.ask('HOST-REMOVE\t10.2.0.11');
  const hosts = first.hosts();
  await first.stop();
  for (const path of [usersFile(), hostsFile()]) expect((await stat(path)).mode & 0o777).toBe(0o600);

  const second = await start(10);
  expect(second.hosts()).toEqual(hosts);
  expect([second.where(77), second.where(78)]).toEqual(['10.2.0.12', '10.2.0.13']);
  expect(second.logged()).toEqual(['Restored 2 users']);
  second.ask('HOST-FLUSH\t10.2.0.12');
  await second.stop();

  const third = await start(20);
  expect([third.where(77), third.where(78)]).toEqual(['', '10.2.0.13']);
  await third.stop();

  const late = await start(100);
  expect([late.where(77), late.where(78)]).toEqual(['', '']);
  await late.stop();
});

test('what was set down for its health stays so until an administrator says otherwise', async () => {
  const down = { tag: '', hostname: '', vhosts: 100, isDown: true, updownTime: 5, isDownForHealth: true };
  const hosts = ['10.2.0.11', '10.2.0.12', '10.2.0.13'].map((address) => ({ ...down, ip: ip(address) }));
  await writeFile(hostsFile(), encodeStoredHosts({ configured: hosts, hosts }), 'latin1');
  const director = await start();
  director.ask('HOST-UP\t10.2.0.13');
  director.ask('HOST-DOWN\t10.2.0.13');
  await director.stop();
  const lines = (await readFile(hostsFile(), 'latin1')).split('\n').filter((line) => line.startsWith('host\t'));
  expect(lines.map((line) => line.split('\t')[7])).toEqual(['health', 'health', undefined]);
});

test('what changed is on disk about a second later, backends at once', async () => {
  const running = await start();
  await vi.waitFor(() => stat(usersFile()), 3000);
  const before = await size(usersFile());
  running.move(77, '10.2.0.12');
  running.ask('HOST-DOWN\t10.2.0.13');
  await vi.waitFor(async () => expect(await readFile(hostsFile(), 'latin1')).toContain('10.2.0.13\t\t100\tdown'), 500);
  await vi.waitFor(async () => expect(await size(usersFile())).toBeGreaterThan(before), 3000);
  // As kill -9 leaves it.
  const copy = await readFile(usersFile());
  await running.stop();
  await writeFile(usersFile(), copy);

  const next = await start(5, {}, true);
  expect(next.where(77)).toBe('10.2.0.12');
  await next.stop();
});

test.each<[string, () => Promise<void>, RegExp[], string]>([
  [
    'a torn tail',
    async () => truncate(usersFile(), (await size(usersFile())) - 5),
    [/homing-director-users: the last 11 bytes are damaged and left out, 1 users are before them$/],
    '10.2.0.12',
  ],
  [
    'garbage at the end',
    () => appendFile(usersFile(), 'garbage'),
    [/the last 7 bytes are damaged and left out, 1 users are before them$/],
    '10.2.0.12',
  ],
  [
    'a foreign file',
    () => writeFile(usersFile(), 'foreign\n'),
    [/homing-director-users: damaged from the beginning, its users are forgotten$/],
    '',
  ],
  ['an empty file', () => writeFile(usersFile(), ''), [/damaged from the beginning, its users are forgotten$/], ''],
  [
    'a folder',
    async () => {
      await rm(usersFile());
      await mkdir(usersFile());
    },
    [/homing-director-users: not readable and will be replaced: .*is not a file$/],
    '',
  ],
  [
    'a link to another file',
    async () => {
      await rm(usersFile());
      await symlink('/etc/passwd', usersFile());
    },
    [/not readable and will be replaced: open\(.*homing-director-users\) failed: ELOOP$/],
    '',
  ],
  [
    'damaged backends',
    () => appendFile(hostsFile(), 'x'),
    [/homing-director-hosts: damaged, backends are as configured$/],
    '10.2.0.12',
  ],
])('%s: told of once, and what came before counts', async (_, damage, warnings, where) => {
  const first = await start();
  first.move(77, '10.2.0.12');
  await first.stop();
  await damage();

  const second = await start(5);
  const lines = second.logged().filter((line) => line.startsWith('State'));
  expect(lines).toEqual(warnings.map((pattern) => expect.stringMatching(pattern)));
  expect(second.where(77)).toBe(where);
  second.move(78, '10.2.0.13');
  await second.stop();

  // And it goes on, unless the way is blocked.
  const third = await start(10);
  if (!warnings.some((pattern) => pattern.source.includes('is not a file'))) {
    expect([third.where(77), third.where(78)]).toEqual([where, '10.2.0.13']);
    expect(third.logged().filter((line) => line.startsWith('State'))).toEqual([]);
  }
  await third.stop();
});

test('hashes of another kind are of no use', async () => {
  const first = await start();
  first.move(77, '10.2.0.12');
  await first.stop();
  const second = await start(1, { director_username_hash: '%n' });
  expect(second.where(77)).toBe('');
  expect(second.logged()).toEqual([expect.stringContaining('director_username_hash has changed')]);
  await second.stop();
});

test('two directors do not share a folder', async () => {
  const first = await start();
  const second = await start();
  expect(second.logged()).toEqual([
    `State folder ${folder} cannot be used, a restart will forget users and backends: another process uses it`,
  ]);
  second.move(77, '10.2.0.12');
  await second.stop();
  await first.stop();
  const third = await start();
  expect(third.where(77)).toBe('');
  await third.stop();
});

test('a write that fails is told of once, and made up for', async () => {
  const running = await start();
  await vi.waitFor(() => stat(usersFile()), 3000);
  // A folder in the way of the new file, as root writes wherever it likes.
  await mkdir(join(folder, 'homing-director-hosts.new'));
  running.ask('HOST-DOWN\t10.2.0.13');
  await vi.waitFor(() => expect(running.logged()).toHaveLength(2), 3000);
  expect(running.logged()[1]).toMatch(/^Can't write the state of backends, a restart would forget what changes now: /);
  running.ask('HOST-DOWN\t10.2.0.12');
  await rm(join(folder, 'homing-director-hosts.new'), { recursive: true });
  await vi.waitFor(() => expect(running.logged().at(-1)).toBe('The state of backends is written again'), 3000);
  await running.stop();
  expect(running.logged()).toHaveLength(4);
  const next = await start();
  expect(next.hosts().filter((row) => row.includes('\tD\t'))).toHaveLength(2);
  await next.stop();
});

test('a folder that is not there is told of, and logins go on', async () => {
  const path = folder;
  folder = join(path, 'missing');
  const running = await start();
  expect(running.logged()).toEqual([
    `State folder ${folder} cannot be used, a restart will forget users and backends: open(${folder}) failed: No such file or directory`,
  ]);
  running.move(77, '10.2.0.12');
  expect(running.where(77)).toBe('10.2.0.12');
  await running.stop();
  folder = path;
});
