/** The truth table of two passdbs (auth.md 7.3), captured from Dovecot. `interop/auth.interop.ts` compares it live. */
import type { PassdbSettings } from '@homing/config';
import { describe, expect, test } from 'vitest';
import { openPeer } from '../testing/peer.ts';
import { passdb, type Site, startTestAuth, type TestAuth } from '../testing/start.ts';

const ask = async (auth: TestAuth, password: string, user = 'u'): Promise<string> => {
  const peer = openPeer(auth.server.serve('client', undefined));
  peer.send('VERSION\t1\t2\nCPID\t1\n');
  peer.lines();
  peer.send(`AUTH\t1\tPLAIN\tservice=imap\tresp=${Buffer.from(`\0${user}\0${password}`).toString('base64')}\n`);
  await new Promise(setImmediate);
  const [line = ''] = peer.lines();
  return line.replace(/\t1\tuser=u/, '').replaceAll('\t', ' ');
};

type Rules = Partial<PassdbSettings>;
const A = (rules: Rules = {}, args = 'password=a A=y'): PassdbSettings => passdb({ args, ...rules });
const B = (rules: Rules = {}): PassdbSettings => passdb({ args: 'password=b B=y', ...rules });

describe('password of A, of B, of neither', () => {
  test.each<[string, Rules, Rules, string, string, string]>([
    ['defaults', {}, {}, 'OK A=y', 'OK B=y', 'FAIL'],
    ['As=continue', { result_success: 'continue' }, {}, 'OK A=y B=y', 'OK B=y', 'FAIL'],
    ['As=continue-ok', { result_success: 'continue-ok' }, {}, 'OK A=y B=y', 'OK B=y', 'FAIL'],
    ['As=continue-fail', { result_success: 'continue-fail' }, {}, 'FAIL A=y', 'OK B=y', 'FAIL'],
    ['As=return', { result_success: 'return' }, {}, 'FAIL A=y', 'OK B=y', 'FAIL'],
    ['As=return-fail', { result_success: 'return-fail' }, {}, 'FAIL A=y', 'OK B=y', 'FAIL'],
    ['Af=return', { result_failure: 'return' }, {}, 'OK A=y', 'FAIL', 'FAIL'],
    ['Af=return-ok', { result_failure: 'return-ok' }, {}, 'OK A=y', 'OK', 'OK'],
    ['Af=return-fail', { result_failure: 'return-fail' }, {}, 'OK A=y', 'FAIL', 'FAIL'],
    ['Af=continue-ok', { result_failure: 'continue-ok' }, {}, 'OK A=y', 'OK B=y', 'OK B=y'],
    ['Af=continue-fail', { result_failure: 'continue-fail' }, {}, 'OK A=y', 'OK B=y', 'FAIL'],
    [
      'As=continue-ok Bf=return-fail',
      { result_success: 'continue-ok' },
      { result_failure: 'return-fail' },
      'OK A=y B=y',
      'OK B=y',
      'FAIL',
    ],
    ['Bs=continue', {}, { result_success: 'continue' }, 'OK A=y', 'FAIL B=y', 'FAIL'],
    ['Bs=continue-ok', {}, { result_success: 'continue-ok' }, 'OK A=y', 'OK B=y', 'FAIL'],
    ['Bs=return', {}, { result_success: 'return' }, 'OK A=y', 'FAIL B=y', 'FAIL'],
    ['B skip=authenticated', { result_success: 'continue-ok' }, { skip: 'authenticated' }, 'OK A=y', 'OK B=y', 'FAIL'],
    [
      'B skip=unauthenticated',
      { result_success: 'continue-ok' },
      { skip: 'unauthenticated', result_success: 'return' },
      'OK A=y B=y',
      'FAIL',
      'FAIL',
    ],
    [
      'As=continue Bs=return',
      { result_success: 'continue' },
      { result_success: 'return' },
      'FAIL A=y B=y',
      'FAIL B=y',
      'FAIL',
    ],
    [
      'As=Bs=continue',
      { result_success: 'continue' },
      { result_success: 'continue' },
      'FAIL A=y B=y',
      'FAIL B=y',
      'FAIL',
    ],
    ['pass=yes is continue', { pass: true }, {}, 'OK A=y B=y', 'OK B=y', 'FAIL'],
    [
      'A deny',
      { deny: true },
      {},
      'FAIL code=user_disabled A=y',
      'FAIL code=user_disabled A=y',
      'FAIL code=user_disabled A=y',
    ],
    ['A for LOGIN only', { mechanisms: 'login' }, {}, 'FAIL', 'OK B=y', 'FAIL'],
    ['A for other users', { username_filter: 'x* !u' }, {}, 'FAIL', 'OK B=y', 'FAIL'],
    ['A excludes others', { username_filter: '!x*' }, {}, 'OK A=y', 'OK B=y', 'FAIL'],
  ])('%s', async (_, a, b, withA, withB, withNeither) => {
    await using auth = await startTestAuth({ passdbs: [A(a), B(b)] });
    expect([await ask(auth, 'a'), await ask(auth, 'b'), await ask(auth, 'x')]).toEqual([withA, withB, withNeither]);
  });
});

describe('A always in internal failure', () => {
  test.each<[PassdbSettings['result_internalfail'], string, string]>([
    ['continue', 'OK B=y', 'FAIL code=temp_fail'],
    ['return', 'FAIL code=temp_fail', 'FAIL code=temp_fail'],
    ['return-ok', 'OK', 'OK'],
    ['return-fail', 'FAIL code=temp_fail', 'FAIL code=temp_fail'],
    ['continue-ok', 'OK B=y', 'OK B=y'],
    ['continue-fail', 'OK B=y', 'FAIL code=temp_fail'],
  ])('%s', async (result_internalfail, withB, withNeither) => {
    await using auth = await startTestAuth({ passdbs: [A({ result_internalfail }, 'password=a x=%{nosuch}'), B()] });
    expect([await ask(auth, 'b'), await ask(auth, 'x')]).toEqual([withB, withNeither]);
  });
});

test.each<[string, Site, string, RegExp]>([
  [
    'nobody takes the user',
    { passdbs: [A({ username_filter: 'x' })] },
    'FAIL code=temp_fail',
    /All password databases were skipped/,
  ],
  [
    'the last one only gives fields',
    { passdbs: [A({}, 'noauthenticate=y')] },
    'FAIL code=temp_fail',
    /Last passdb had noauthenticate field/,
  ],
  ['a password that means something elsewhere', {}, 'FAIL', /password having illegal chars/],
  ['no password and no nopassword', { passdbs: [A({}, 'x=1')] }, 'FAIL', /No password returned \(and no nopassword\)/],
  [
    'nopassword beside a password',
    { passdbs: [A({}, 'password=sec\tret nopassword=y')] },
    'FAIL',
    /nopassword set but password is non-empty/,
  ],
  ['an unknown scheme', { passdbs: [A({}, 'password={NOSUCH}x')] }, 'FAIL code=temp_fail', /Unknown scheme NOSUCH/],
  [
    'a name for nobody',
    { passdbs: [A({}, 'nopassword=y user=')] },
    'FAIL',
    /username attempted to be changed to empty/,
  ],
])('%s', async (_, site, reply, logged) => {
  await using auth = await startTestAuth(site);
  expect(await ask(auth, reply === 'FAIL' && site.passdbs === undefined ? 'sec\tret' : 'secret')).toBe(reply);
  expect(auth.logged().join('\n')).toMatch(logged);
});

test('nodelay and fields of a passdb that only gives fields stay', async () => {
  await using auth = await startTestAuth({ passdbs: [A({}, 'noauthenticate=y nodelay=y marker=1'), B()] });
  expect(await ask(auth, 'x')).toBe('FAIL nodelay nodelay=y marker=1');
});

test('a database that rejects is a temporary failure and says why once', async () => {
  const cause = new Error('Not connected to database');
  const away = {
    driver: 'sql',
    defaultScheme: 'PLAIN',
    lookup: () => Promise.reject(cause),
    [Symbol.asyncDispose]: async () => {},
  };
  const { createTestDeps } = await import('../core/testing/driver-deps.ts');
  const { createUserdb } = await import('../core/userdb/userdb-driver.ts');
  const deps = createTestDeps();
  const drivers = {
    passdb: () => away,
    userdb: (settings: { driver: string; args: string }) => createUserdb(settings, deps),
  };
  await using auth = await startTestAuth({ passdbs: [A()] }, deps, {}, drivers);
  expect(await ask(auth, 'a')).toBe('FAIL code=temp_fail');
  expect(auth.logged()).toEqual(['error: static(u): Not connected to database']);
});
