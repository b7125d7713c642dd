import { describe, expect, test } from 'vitest';
import { createPassdb } from '../passdb/passdb-driver.ts';
import { createTestDeps, userVariables } from '../testing/driver-deps.ts';
import { createUserdb } from './userdb-driver.ts';

const signal = AbortSignal.any([]);

const collect = async (users: AsyncIterable<string> | undefined): Promise<string[]> => {
  const all: string[] = [];
  for await (const user of users ?? []) all.push(user);
  return all;
};

const fields = (list: readonly { key: string; value: string }[]) => list.map(({ key, value }) => `${key}=${value}`);

const passwdFile = (text: string, isOnly = false) => {
  const deps = createTestDeps();
  deps.memory.set('/u', { text });
  return { userdb: createUserdb({ driver: 'passwd-file', args: '/u', isOnly }, deps), deps };
};

describe('static', () => {
  test.each([
    ['uid=vmail gid=vmail home=/h/%n', true, ['uid=5000', 'gid=5001', 'home=/h/alice']],
    ['allow_all_users=yes uid=1000', false, ['uid=1000']],
    ['allow_all_users', false, []],
    ['allow_all_users=no', true, []],
    ['', true, []],
  ])('args = %s', async (args, asksPassdb, expected) => {
    const userdb = createUserdb({ driver: 'static', args }, createTestDeps());
    expect(userdb.asksPassdb).toBe(asksPassdb);
    const found = await userdb.lookup(userVariables('alice@x'), signal);
    expect(found.result === 'found' && fields(found.fields)).toEqual(expected);
  });
});

describe('passwd-file', () => {
  test.each([
    [
      'alice:x:1000:vmail::/home/%n::a=b userdb_quota=%d x=%{nosuch}',
      ['uid=1000', 'gid=5001', 'home=/home/%n', 'quota=x'],
    ],
    ['alice:x:::::', []],
    ['alice:x:vmail:1:g:h:::maildir:~/Mail', ['uid=5000', 'gid=1', 'home=h', 'mail=maildir:~/Mail']],
    ['alice:x', undefined],
    ['alice:x:1', undefined],
    ['alice:x:0:1::', undefined],
    ['alice:x:nosuch:1::', undefined],
    ['alice:x:1:0::', undefined],
  ])('%s', async (line, expected) => {
    const found = await passwdFile(line).userdb.lookup(userVariables('alice', { domain: 'x' }), signal);
    expect(found.result === 'found' ? fields(found.fields) : undefined).toEqual(expected);
  });

  test('entries without userdb columns are worth a line if nobody else will answer', () => {
    expect(passwdFile('alice:x', true).deps.logged()).toContain(
      'error: passwd-file /u:1: User alice is missing userdb info',
    );
    expect(passwdFile('alice:x', false).deps.logged()).not.toContain(
      'error: passwd-file /u:1: User alice is missing userdb info',
    );
  });

  test('a passdb of the same file reads it once, and sees the line a bad uid takes away', () => {
    const deps = createTestDeps();
    deps.memory.set('/u', { text: 'alice:x:nosuch:1::' });
    const passdb = createPassdb({ driver: 'passwd-file', args: '/u' }, deps);
    expect(passdb.lookup(userVariables('alice'), signal)).toMatchObject({ result: 'found' });
    createUserdb({ driver: 'passwd-file', args: '/u' }, deps);
    expect(passdb.lookup(userVariables('alice'), signal)).toEqual({ result: 'user-unknown' });
    expect(deps.logged()).toContain("error: passwd-file /u:1: User alice has invalid UID 'nosuch'");
  });

  test.each([
    [false, ['b', 'c']],
    [true, ['a', 'b', 'c', 'd']],
  ])('LIST, only userdb: %s', async (isOnly, expected) => {
    const { userdb } = passwdFile('#x\na:x\nb:x:\n:y\nc:x:1:1::/h\nd', isOnly);
    expect(await collect(userdb.list?.(userVariables(''), signal))).toEqual(expected);
  });

  test('LIST needs one file', async () => {
    const userdb = createUserdb({ driver: 'passwd-file', args: '/u/%d' }, createTestDeps());
    await expect(collect(userdb.list?.(userVariables(''), signal))).rejects.toThrow(
      "User iteration isn't currently supported with %variable paths",
    );
  });
});

describe('prefetch', () => {
  const lookup = (isOnly: boolean, prefetched?: { key: string; value: string }[]) =>
    createUserdb({ driver: 'prefetch', args: '', isOnly }, createTestDeps()).lookup(
      userVariables('a'),
      signal,
      prefetched,
    );
  test('returns what the passdb set', () => {
    expect(lookup(true, [{ key: 'uid', value: '1' }])).toEqual({
      result: 'found',
      fields: [{ key: 'uid', value: '1' }],
    });
    expect(lookup(true, [])).toEqual({ result: 'found', fields: [] });
  });
  test('passes on, or fails if there is nobody to pass on to', () => {
    expect(lookup(false)).toMatchObject({ result: 'user-unknown' });
    expect(lookup(true)).toMatchObject({ result: 'internal-failure' });
  });
});

test.each([
  ['', '', 'userdb is missing driver'],
  ['static', 'uid=nosuch', 'static userdb: Invalid uid: nosuch'],
  ['static', 'gid=%u', 'static userdb: Invalid gid: %u'],
  ['static', '=x', 'Invalid userdb template =x - key must not be empty'],
  ['passwd-file', 'username_format=%n', 'userdb passwd-file: Missing args'],
  ['prefetch', 'x', 'userdb prefetch: No args are supported: x'],
  ['ldap', '', "Support not compiled in for userdb driver 'ldap'"],
  ['nosuch', '', "Unknown userdb driver 'nosuch'"],
])('driver = %s, args = %s: refused at start', (driver, args, message) => {
  expect(() => createUserdb({ driver, args }, createTestDeps())).toThrow(message);
});
