import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SETTINGS } from '../../testing/start.ts';
import type { AuthSettings } from '../settings.ts';
import type { AuthRequest } from './auth-request.ts';
import { setUsername, type UsernameRules, usernameRules } from './username.ts';

const named = (usernames: UsernameRules, given: string): { user: string | undefined; error: string | undefined } => {
  const request = { auth: { usernames }, lookup: 'passdb', hasCertUser: false } as unknown as AuthRequest;
  const error = setUsername(request, given);
  return { user: request.user, error };
};

const settings = fc.record<Partial<AuthSettings>>({
  auth_username_chars: fc.constantFrom('', 'abcABC@.-]^\\', SETTINGS.auth_username_chars),
  auth_username_format: fc.constantFrom('', '%u', '%Lu', '%n'),
  auth_username_translation: fc.constantFrom('', '#@', 'ab', 'AB'),
  auth_default_realm: fc.constantFrom('', 'example.com'),
  auth_master_user_separator: fc.constantFrom('', '*'),
});
const name = fc.string({ unit: fc.constantFrom(...'abcABC@.-]^\\#*\0\n\x80\xff'.split('')), maxLength: 6 });

test('what the look at a name says of it is what the rules say', () => {
  let changed = 0;
  let unchanged = 0;
  fc.assert(
    fc.property(settings, name, (some, given) => {
      const rules = usernameRules({ ...SETTINGS, ...some });
      expect(named(rules, given)).toEqual(named({ ...rules, unchanged: undefined }, given));
      if (rules.unchanged?.test(given) === true) unchanged++;
      else changed++;
    }),
    { numRuns: 3000 },
  );
  expect(Math.min(changed, unchanged)).toBeGreaterThan(100);
});

test.each([
  ['alice@example.com', {}, true],
  ['Alice', {}, false],
  ['Alice', { auth_username_format: '' }, true],
  ['al ice', {}, false],
  ['al ice', { auth_username_chars: '' }, true],
  ['alice\n', {}, false],
  ['', {}, false],
  ['a@b', { auth_username_translation: '@.' }, false],
])('%j with %j is taken as it is: %s', (given, some: Partial<AuthSettings>, is) => {
  expect(usernameRules({ ...SETTINGS, ...some }).unchanged?.test(given)).toBe(is);
});
