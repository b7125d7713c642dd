import { describe, expect, test } from 'vitest';
import { createTestDeps, type TestDeps, userVariables } from '../testing/driver-deps.ts';
import type { Passdb } from './passdb.ts';
import { createPassdb } from './passdb-driver.ts';

const signal = AbortSignal.any([]);

const open = (text: string | undefined, args = '/etc/users'): { passdb: Passdb; deps: TestDeps } => {
  const deps = createTestDeps();
  if (text !== undefined) deps.memory.set('/etc/users', { text });
  return { passdb: createPassdb({ driver: 'passwd-file', args }, deps), deps };
};

const find = (passdb: Passdb, user: string) => passdb.lookup(userVariables(user), signal);

test.each([
  ['alice:{PLAIN}secret', { password: '{PLAIN}secret', fields: [] }],
  ['alice', { password: '', fields: [] }],
  ['alice:x:1:1:gecos:/home/a:/bin/sh', { password: 'x', fields: [] }],
  [
    'alice:x::::::a b=%n:2  userdb_c=d',
    {
      password: 'x',
      fields: [
        { key: 'a', value: '' },
        { key: 'b', value: 'alice:2' },
        { key: 'userdb_c', value: 'd' },
      ],
    },
  ],
  ['alice:x:not-a-uid::::::', { password: 'x', fields: [] }],
  [
    'alice:0123456789abcdef0123456789abcdef[34]',
    { password: '{PLAIN-MD5}0123456789abcdef0123456789abcdef', fields: [] },
  ],
  ['alice:JBOZ0DgmtucwE[13]', { password: '{CRYPT}JBOZ0DgmtucwE', fields: [] }],
  ['alice:x\r\n', { password: 'x', fields: [] }],
])('%s', (line, expected) => {
  expect(find(open(`# comment\n\n:nobody\n${line}`).passdb, 'alice')).toEqual({ result: 'found', ...expected });
});

test('unknown user, and the key is bytes, not folded', () => {
  const { passdb } = open('alice:x\n');
  expect(find(passdb, 'bob')).toEqual({ result: 'user-unknown' });
  expect(find(passdb, 'ALICE')).toEqual({ result: 'user-unknown' });
  expect(find(passdb, '__proto__')).toEqual({ result: 'user-unknown' });
});

test('username_format chooses the key, scheme the default scheme', () => {
  const { passdb } = open('alice:x\n', 'scheme=plain username_format=%n /etc/users');
  expect(passdb.defaultScheme).toBe('PLAIN');
  expect(find(passdb, 'alice@example.com')).toMatchObject({ result: 'found', password: 'x' });
});

test('bad lines are named by file and line and left out; the first of two wins', () => {
  const { passdb, deps } = open('alice:1\nalice:2\nbob:short[56]\n');
  expect(find(passdb, 'alice')).toMatchObject({ password: '1' });
  expect(find(passdb, 'bob')).toEqual({ result: 'user-unknown' });
  expect(deps.logged()).toEqual([
    'error: passwd-file /etc/users:2: User alice exists more than once',
    'error: passwd-file /etc/users:3: User bob has invalid password',
    'debug: passwd-file /etc/users: Read 1 users in 0 secs',
  ]);
});

describe('the file is looked at again once a second', () => {
  test('a change of size or time is seen, an unchanged file is not read again', () => {
    const { passdb, deps } = open('alice:1\n');
    expect(find(passdb, 'alice')).toMatchObject({ password: '1' });
    deps.memory.set('/etc/users', { text: 'alice:2\n', mtimeMs: 5 });
    expect(find(passdb, 'alice')).toMatchObject({ password: '1' });
    deps.advance(1000);
    expect(find(passdb, 'alice')).toMatchObject({ password: '2' });
    deps.advance(1000);
    expect(find(passdb, 'alice')).toMatchObject({ password: '2' });
    expect(deps.reads).toHaveLength(2);
  });

  test('a file that is gone or cannot be read is a temporary failure, until it is back', () => {
    const { passdb, deps } = open('alice:1\n');
    deps.memory.delete('/etc/users');
    deps.advance(1000);
    expect(find(passdb, 'alice')).toEqual({
      result: 'internal-failure',
      cause: new Error('missing passwd file: /etc/users'),
    });
    deps.memory.set('/etc/users', { text: '', error: 'EACCES' });
    deps.advance(1000);
    expect(find(passdb, 'alice')).toMatchObject({ result: 'internal-failure' });
    deps.memory.set('/etc/users', { text: 'alice:1\n' });
    deps.advance(1000);
    expect(find(passdb, 'alice')).toMatchObject({ result: 'found' });
  });

  test('a file missing at start is an error in the log', () => {
    expect(open(undefined).deps.logged()).toEqual([
      'error: passwd-file /etc/users: open(/etc/users) failed: No such file or directory',
    ]);
  });
});

describe('variables in the path', () => {
  const byDomain = (): { passdb: Passdb; deps: TestDeps } => {
    const deps = createTestDeps();
    deps.memory.set('/etc/users/example.com', { text: 'alice@example.com:1' });
    deps.memory.set('/etc/users/..', { text: 'alice@..:root' });
    deps.memory.set('/etc/users/a', { text: 'alice@a/b:cut' });
    return { passdb: createPassdb({ driver: 'passwd-file', args: '/etc/users/%d' }, deps), deps };
  };
  test.each([
    ['alice@example.com', { result: 'found', password: '1' }],
    ['alice@other.com', { result: 'user-unknown', reason: 'missing passwd file: /etc/users/other.com' }],
    ['alice@..', { result: 'user-unknown' }],
    ['alice@.', { result: 'user-unknown' }],
    ['alice@example.com\0', { result: 'user-unknown' }],
    ['alice@a/b', { result: 'found', password: 'cut' }],
  ])('%s', (user, expected) => {
    expect(find(byDomain().passdb, user)).toMatchObject(expected);
  });
});
