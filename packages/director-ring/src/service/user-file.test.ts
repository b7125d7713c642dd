import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryLog } from '@homing/io';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMailHosts } from '../core/host/mail-hosts.ts';
import { createUserJournal } from '../core/state/user-journal.ts';
import { NO_USER } from '../core/user/user-records.ts';
import { ip } from '../testing/ip.ts';
import { readStored } from './state-reading.ts';
import { createUserFile } from './user-file.ts';

const START = 1_795_307_000;
const MANY = 20_000;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'director-users-'));
});
afterEach(() => rm(folder, { recursive: true }));

const path = (): string => join(folder, 'homing-director-users');
const size = async (): Promise<number> => (await stat(path())).size;

/** Users 1 ... `count` are there from the beginning. */
const open = (count: number, known?: number) => {
  const hosts = createMailHosts({ md5Start: () => 0, expireSeconds: 800, seed: 1 });
  hosts.add({ ip: ip('10.0.0.1'), hostname: '', tag: '' });
  const users = hosts.tag('')?.users;
  if (users === undefined) throw new Error('no tag');
  let now = START;
  const login = (hash: number): void => {
    const id = users.find(hash, now);
    if (id === NO_USER) users.add(hash, 0, now);
    else users.refresh(id, now);
  };
  for (let hash = 1; hash <= count; hash++) login(hash);
  const journal = createUserJournal({
    hosts,
    expireSeconds: 800,
    usernameHash: '%u',
    isContinued: known !== undefined,
  });
  const file = createUserFile({
    path: path(),
    journal,
    size: known,
    newSize: () => users.count() * 12,
    mayStartAnew: () => true,
    now: () => now * 1000,
  });
  const wait = (seconds: number): void => {
    now += seconds;
  };
  return { users, file, login, wait };
};

const onDisk = async (): Promise<Map<number, number>> => {
  const stored = await readStored({ folder, usernameHash: '%u', log: createMemoryLog('test'), seed: 1 });
  const rows = stored.users?.replay.users.users('') ?? [];
  return new Map(Array.from(rows, ({ hash, timestamp }) => [hash, timestamp - START]));
};

test('a file that has grown to twice of what is needed is begun anew', async () => {
  const { file, login, wait } = open(MANY);
  expect(await file.write()).toBe(true);
  const first = await size();
  const sizes: number[] = [];
  for (let round = 0; round < 4; round++) {
    wait(100);
    for (let hash = 1; hash <= MANY; hash++) login(hash);
    await file.write();
    sizes.push(await size());
  }
  expect(Math.max(...sizes)).toBeLessThanOrEqual(2 * Math.max(first, 256 << 10));
  expect(sizes.some((bytes, i) => bytes < (sizes[i - 1] ?? 0))).toBe(true);
  expect([...(await onDisk()).values()]).toEqual(Array.from({ length: MANY }, () => 400));
  await file.close();
});

test('users who change while a new file is filled are in it as they are now', async () => {
  const { file, users, login, wait } = open(MANY);
  const writing = file.write();
  wait(10);
  for (let hash = 1; hash <= MANY; hash += 7) login(hash);
  login(MANY + 1);
  await writing;
  users.removeHost(0, () => {});
  login(5);
  await file.write();
  expect(await onDisk()).toEqual(new Map([[5, 10]]));
  await file.close();
});

test('what is wrong on disk is gone after a new start', async () => {
  const first = open(10);
  await first.file.write();
  await first.file.close();
  const second = open(0, await size());
  second.login(77);
  second.file.startAnew();
  await second.file.write();
  expect(await onDisk()).toEqual(new Map([[77, 0]]));
  await second.file.close();
});

test('a new file that cannot be made is tried again after half a minute, nothing is lost', async () => {
  await mkdir(`${path()}.new`);
  const { file, login, wait } = open(3);
  await expect(file.write()).rejects.toThrow();
  await rm(`${path()}.new`, { recursive: true });
  login(4);
  expect(await file.write()).toBe(false);
  wait(30);
  expect(await file.write()).toBe(true);
  expect([...(await onDisk()).keys()]).toEqual([1, 2, 3, 4]);
  await file.close();
});

test('a file that is gone is made anew', async () => {
  const { file, login, wait } = open(2, 1000);
  login(3);
  await expect(file.write()).rejects.toThrow(/ENOENT/);
  wait(1);
  expect(await file.write()).toBe(true);
  expect([...(await onDisk()).keys()]).toEqual([1, 2, 3]);
  await file.close();
});

test('an orderly end says so', async () => {
  const { file } = open(2);
  await file.close();
  expect((await readFile(path())).at(-4)).toBe(5);
  const stored = await readStored({ folder, usernameHash: '%u', log: createMemoryLog('test'), seed: 1 });
  expect(stored.users?.replay.isClosed()).toBe(true);
});
