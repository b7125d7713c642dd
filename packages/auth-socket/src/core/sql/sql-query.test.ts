import { describe, expect, test } from 'vitest';
import { createTestDeps, userVariables } from '../testing/driver-deps.ts';
import { readDriverFile } from './driver-file.ts';
import { compileQuery, hasBareVariables } from './sql-query.ts';
import { sqlSourceOf } from './sql-source.ts';

describe('queries', () => {
  test.each([
    ["SELECT a FROM t WHERE u = '%u'", 'SELECT a FROM t WHERE u = ?', ["o'b@x"]],
    ["u = '%n' AND d = '%d' AND c = 'it''s 100%%'", "u = ? AND d = ? AND c = 'it''s 100%'", ["o'b", 'x']],
    ["u LIKE 'a''%Ln%%'", 'u LIKE ?', ["a'o'b%"]],
    ['u = %n', "u = o''b", []],
    ["FROM t_%d WHERE u = '%u'", 'FROM t_x WHERE u = ?', ["o'b@x"]],
    ["b = x'%n'", "b = x'o''b'", []],
  ])('%s', (text, sql, parameters) => {
    expect(compileQuery(text)(userVariables("o'b@x"))).toEqual({ sql, parameters });
  });

  test.each([
    ["u = '%u'", false],
    ['u = %u', true],
    ["u = '%u' AND p LIKE 'a%%'", false],
    ["x'%u'", true],
  ])('%s has variables outside of quotes: %s', (text, expected) => {
    expect(hasBareVariables(text)).toBe(expected);
  });
});

const CONF = `# comment
driver = sqlite   # after white space
connect = "/var/lib/users.db"
password_query = SELECT user, password \\
  FROM users \\
  WHERE user = '%u#1'
!include_try nosuch.conf
`;

describe('driver files', () => {
  const read = (text: string, others: Record<string, string> = {}) => {
    const deps = createTestDeps();
    deps.memory.set('/etc/sql.conf', { text });
    for (const [path, more] of Object.entries(others)) deps.memory.set(path, { text: more });
    return Object.fromEntries(readDriverFile('/etc/sql.conf', deps.files));
  };
  test('comments, continued lines, quotes', () => {
    expect(read(CONF)).toEqual({
      driver: 'sqlite',
      connect: '/var/lib/users.db',
      password_query: "SELECT user, password FROM users WHERE user = '%u#1'",
    });
  });
  test('quotes and backslashes inside quotes', () => {
    expect(read('a = "x \\"y\\" # z"\nb = \'q\'\nc =\nd = "open')).toEqual({
      a: 'x "y" # z',
      b: 'q',
      c: '',
      d: '"open',
    });
  });
  test('!include', () => {
    expect(read('a = 1\n!include more/*\nb = 2', { '/etc/more/1': 'a = 3', '/etc/more/2': 'c = 4' })).toEqual({
      a: '3',
      b: '2',
      c: '4',
    });
  });
  test.each([
    ['a = 1\nnonsense\n', 'Error in configuration file /etc/sql.conf line 2: Missing value: nonsense'],
    ['!include nosuch', "line 1: Couldn't open include file /etc/nosuch"],
    ['!include sql.conf', 'Recursive include file'],
  ])('%j is refused', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

test.each([
  ['driver = sqlite', 'connect: Missing'],
  ['connect = x', 'sql: driver not set in configuration file /c'],
  ['driver = mysql\nconnect = host=x', "sql: driver 'mysql' is not available in this version (/c); available: sqlite"],
  ['driver = oracle\nconnect = x', "sql: Unknown database driver 'oracle'"],
  [
    'driver = sqlite\nconnect = x\npasword_query = x',
    'Error in configuration file /c line 3: Unknown setting: pasword_query',
  ],
])('%j is refused at start', (text, message) => {
  const deps = createTestDeps();
  deps.memory.set('/c', { text });
  expect(() => sqlSourceOf('/c', deps)).toThrow(message);
});

test('a file that is not there is refused at start', () => {
  expect(() => sqlSourceOf('/c', createTestDeps())).toThrow(
    "Can't open configuration file /c: No such file or directory",
  );
});
