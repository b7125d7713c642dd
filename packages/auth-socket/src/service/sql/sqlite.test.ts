import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { SqlDatabase } from '../../core/passdb/driver-deps.ts';
import type { Passdb, Userdb } from '../../core/passdb/passdb.ts';
import { createPassdb } from '../../core/passdb/passdb-driver.ts';
import { createTestDeps, type TestDeps, userVariables } from '../../core/testing/driver-deps.ts';
import { createUserdb } from '../../core/userdb/userdb-driver.ts';
import { openSqlite } from './sqlite-database.ts';

const signal = AbortSignal.any([]);

const collect = async (users: AsyncIterable<string> | undefined): Promise<string[]> => {
  const all: string[] = [];
  for await (const user of users ?? []) all.push(user);
  return all;
};

const folder = mkdtempSync(join(tmpdir(), 'sqlite-test-'));
const file = join(folder, 'users.db');

const createUsers = (path: string, password: string): void => {
  const db = new Database(path);
  db.exec(`CREATE TABLE users (username TEXT, domain TEXT, password TEXT, home TEXT, uid INTEGER, quota REAL, proxy TEXT);
    INSERT INTO users VALUES ('alice', 'x', '${password}', '/h', 1000, 2.0, NULL), ('dup', 'x', 'a', '', 1, 1.5, 'y'),
      ('dup', 'x', 'b', '', 1, 1.5, 'y'), ('nopw', 'x', NULL, '', 1, 1.5, 'y'), ('o''brien', 'x', 'q', '', 1, 1, 'y'),
      ('jürgen', 'x', 'ü', '', 1, 1, 'y')`);
  db.close();
};

let deps: TestDeps;
const opened: AsyncDisposable[] = [];

/** One thread for the file that all tests read; a thread takes a while to start. */
const users = openSqlite(file);
const openShared = (path: string): SqlDatabase =>
  path === file ? { ...users, [Symbol.asyncDispose]: async () => undefined } : openSqlite(path);

const open = (queries: string, connect = file): { passdb: Passdb; userdb: Userdb } => {
  deps = createTestDeps(openShared);
  deps.memory.set('/sql', { text: `driver = sqlite\nconnect = ${connect}\n${queries}` });
  const both = {
    passdb: createPassdb({ driver: 'sql', args: '/sql' }, deps),
    userdb: createUserdb({ driver: 'sql', args: '/sql' }, deps),
  };
  opened.push(both.passdb, both.userdb);
  return both;
};

beforeAll(() => createUsers(file, 'secret'));
afterAll(async () => {
  for (const each of opened) await each[Symbol.asyncDispose]();
  await users[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const PASSWORD =
  "password_query = SELECT username AS user, password, proxy, uid AS userdb_uid, quota FROM users WHERE username = '%n'";

describe('passdb sql', () => {
  test('columns become fields; NULL is no field but marks prefetch', async () => {
    expect(await open(PASSWORD).passdb.lookup(userVariables('alice'), signal)).toEqual({
      result: 'found',
      password: 'secret',
      fields: [
        { key: 'user', value: 'alice' },
        { key: 'userdb_uid', value: '1000' },
        { key: 'quota', value: '2.0' },
      ],
      hasUserdbFields: true,
    });
  });

  test.each([
    ['nobody', { result: 'user-unknown' }],
    ['nopw', { result: 'found', password: undefined }],
    ["o'brien", { result: 'found', password: 'q' }],
    ["' OR 1=1 --", { result: 'user-unknown' }],
    ['j\xc3\xbcrgen', { result: 'found', password: '\xc3\xbc' }],
    ['dup', { result: 'internal-failure', cause: new Error('Password query returned multiple matches') }],
  ])('%s', async (user, expected) => {
    expect(await open(PASSWORD).passdb.lookup(userVariables(user), signal)).toMatchObject(expected);
  });

  test.each([
    [
      "password_query = SELECT username FROM users WHERE username = '%n'",
      "Password query must return a field named 'password'",
    ],
    [
      "password_query = SELECT nosuch FROM users WHERE username = '%n'",
      'Password query failed: no such column: nosuch',
    ],
    [
      "password_query = SELECT password FROM users WHERE username = '%{nosuch}'",
      "Failed to expand password_query: Unknown variable '%nosuch'",
    ],
    ["password_query = UPDATE users SET password = '%u'", 'Password query failed: query returns no columns'],
    ['password_query = SELECT 1 AS password, 2 AS password_noscheme', 'Multiple password values not supported'],
  ])('%s is a temporary failure', async (queries, message) => {
    const found = await open(queries).passdb.lookup(userVariables('alice'), signal);
    expect(found).toMatchObject({ result: 'internal-failure', cause: { message } });
  });

  test('password_noscheme is never read as {SCHEME}', async () => {
    const { passdb } = open("default_pass_scheme = plain\npassword_query = SELECT '{X}y' AS password_noscheme");
    expect(await passdb.lookup(userVariables('alice'), signal)).toMatchObject({ password: '{PLAIN}{X}y' });
  });

  test('the built-in query is named when it fails', async () => {
    const { passdb } = open('', join(folder, 'nosuch', 'file.db'));
    const found = await passdb.lookup(userVariables('alice@x'), signal);
    expect(found.result === 'internal-failure' && found.cause.message).toMatch(
      /^Password query failed: Not connected to database: .*\(using built-in default password_query: SELECT username, /,
    );
  });
});

describe('the database comes and goes', () => {
  test('missing, then there, then garbage, then replaced', async () => {
    const path = join(folder, 'later.db');
    const { passdb } = open(PASSWORD, path);
    const look = () => passdb.lookup(userVariables('alice'), signal);
    expect(await look()).toMatchObject({ result: 'internal-failure' });
    createUsers(path, 'one');
    expect(await look()).toMatchObject({ password: 'one' });
    createUsers(`${path}.new`, 'two');
    renameSync(`${path}.new`, path);
    await expect.poll(look, { timeout: 5000 }).toMatchObject({ password: 'two' });
    writeFileSync(`${path}.new`, 'garbage'.repeat(1000));
    renameSync(`${path}.new`, path);
    await expect.poll(look, { timeout: 5000 }).toMatchObject({ result: 'internal-failure' });
    createUsers(`${path}.new2`, 'three');
    renameSync(`${path}.new2`, path);
    await expect.poll(look, { timeout: 5000 }).toMatchObject({ password: 'three' });
  });

  test('locked: a temporary failure after a second, then it works again', async () => {
    const { passdb } = open(PASSWORD);
    const writer = new Database(file);
    writer.exec('BEGIN EXCLUSIVE');
    const found = await passdb.lookup(userVariables('alice'), signal);
    expect(found).toMatchObject({
      result: 'internal-failure',
      cause: { message: 'Password query failed: database is locked' },
    });
    writer.exec('ROLLBACK');
    writer.close();
    expect(await passdb.lookup(userVariables('alice'), signal)).toMatchObject({ password: 'secret' });
  });

  test('a query that takes too long is given up, and the next one is answered', async () => {
    await using database = openSqlite(file);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const slow = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000) SELECT max(i) FROM n';
    const answer = expect(database.query(slow, [], 1, signal)).rejects.toThrow('Query timed out');
    await Promise.resolve();
    vi.advanceTimersByTime(60_000);
    vi.useRealTimers();
    await answer;
    expect(await database.query('SELECT 1 AS a', [], 1, signal)).toEqual([[['a', '1']]]);
  });

  test('a caller that goes away does not wait', async () => {
    await using database = openSqlite(file);
    const gone = new AbortController();
    const answer = database.query('SELECT 1', [], 1, gone.signal);
    gone.abort(new Error('gone'));
    await expect(answer).rejects.toThrow('gone');
  });
});

describe('userdb sql', () => {
  test('the first row counts', async () => {
    const { userdb } = open("user_query = SELECT home, uid, proxy FROM users WHERE username = '%n'");
    expect(await userdb.lookup(userVariables('dup'), signal)).toMatchObject({ result: 'found' });
    expect(await userdb.lookup(userVariables('alice'), signal)).toEqual({
      result: 'found',
      fields: [
        { key: 'home', value: '/h' },
        { key: 'uid', value: '1000' },
      ],
    });
    expect(await userdb.lookup(userVariables('nobody'), signal)).toEqual({ result: 'user-unknown' });
  });

  test.each([
    ['', ['alice@x', 'dup@x', 'dup@x', 'nopw@x', "o'brien@x", 'j\xc3\xbcrgen@x']],
    ['iterate_query = SELECT username AS user, domain FROM users LIMIT 1', ['alice']],
  ])('LIST with %j', async (queries, expected) => {
    const list = open(queries).userdb.list?.(userVariables(''), signal);
    expect(await collect(list)).toEqual(expected);
  });

  test.each([
    ['iterate_query = SELECT home FROM users', "sql: Iterate query failed: Iterate query didn't return 'user' field"],
    ['iterate_query = SELECT NULL AS user', 'sql: Iterate query failed: Iterate query returned NULL user'],
    ['iterate_query = SELEC', 'sql: Iterate query failed: near "SELEC": syntax error'],
  ])('LIST with %j fails', async (queries, message) => {
    const list = open(queries).userdb.list?.(userVariables(''), signal);
    await expect(collect(list)).rejects.toThrow(message);
  });

  test('LIST of many users comes in batches, and may be left early', async () => {
    const { userdb } = open(
      'iterate_query = WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1234) SELECT i AS user FROM n',
    );
    expect(await collect(userdb.list?.(userVariables(''), signal))).toHaveLength(1234);
    for await (const user of userdb.list?.(userVariables(''), signal) ?? []) {
      expect(user).toBe('1');
      break;
    }
  });
});
