import { expect, test } from 'vitest';
import { createEntry } from '../fields/fields.ts';
import { createTestDeps, userVariables } from '../testing/driver-deps.ts';
import { createPassdb } from './passdb-driver.ts';

const lookup = (args: string, user = 'alice@example.com') =>
  createPassdb({ driver: 'static', args }, createTestDeps()).lookup(userVariables(user), AbortSignal.any([]));

test.each([
  ['password=secret', { password: 'secret', fields: [] }],
  ['password={PLAIN}%n', { password: '{PLAIN}alice', fields: [] }],
  [
    'nopassword=y',
    { password: undefined, fields: [{ key: 'nopassword', value: 'y', entry: createEntry('nopassword', 'y') }] },
  ],
  [
    '  proxy  host=10.0.0.1 user=%n=x password=',
    {
      password: '',
      fields: [
        { key: 'proxy', value: '' },
        { key: 'host', value: '10.0.0.1' },
        { key: 'user', value: 'alice=x' },
      ],
    },
  ],
])('args = %s', (args, expected) => {
  expect(lookup(args)).toEqual({ result: 'found', ...expected });
});

test('a template that cannot be expanded is a temporary failure', () => {
  const found = lookup('password=x host=%{nosuch}');
  expect(found).toEqual({
    result: 'internal-failure',
    cause: expect.objectContaining({ message: "Failed to expand template: Unknown variable '%nosuch'" }),
  });
});

test.each([
  ['', '', 'passdb is missing driver'],
  ['static', '=x', 'Invalid passdb template =x - key must not be empty'],
  ['pam', 'dovecot', "Support not compiled in for passdb driver 'pam'"],
  ['statik', '', "Unknown passdb driver 'statik'"],
  ['passwd-file', 'scheme=PLAIN', 'passdb passwd-file: Missing args'],
  ['passwd-file', 'shceme=PLAIN /etc/x', 'passdb passwd-file: Unknown setting: shceme'],
])('driver = %s, args = %s: refused at start', (driver, args, message) => {
  expect(() => createPassdb({ driver, args }, createTestDeps())).toThrow(message);
});
