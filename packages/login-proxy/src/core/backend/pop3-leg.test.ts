import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LegEffect, LegEvent, LegTask } from './leg.ts';
import { pop3Leg } from './pop3-leg.ts';

const XCLIENT = 'XCLIENT ADDR=1.2.3.4\r\n';

const task = (change: Partial<LegTask> = {}): LegTask => ({
  user: 'u',
  password: 'p',
  masterUser: undefined,
  mechanism: undefined,
  tls: 'none',
  pipelining: true,
  introduction: XCLIENT,
  sentCapability: false,
  ...change,
});

const converse = (how: LegTask, lines: readonly string[]): { effects: LegEffect[][]; state: string } => {
  let state = pop3Leg.start;
  const effects = lines.map((line) => {
    const event: LegEvent = line === '(tls)' ? { on: 'tls' } : { on: 'line', line };
    const [next, done] = pop3Leg.step(how, state, event);
    state = next;
    return [...done];
  });
  return { effects, state: pop3Leg.describe(state) };
};

const send = (bytes: string): LegEffect => ({ do: 'send', bytes });
const BANNER = '+OK [XCLIENT] ready';

test('XCLIENT and USER leave together, PASS after the second reply', () => {
  expect(converse(task(), [BANNER, '+OK', '+OK', '+OK Logged in.']).effects).toEqual([
    [send(`${XCLIENT}USER u\r\n`)],
    [],
    [send('PASS p\r\n')],
    [{ do: 'logged-in', reply: 'Logged in.', capability: undefined }],
  ]);
});

test('no XCLIENT to a backend that does not announce it, or is not trusted', () => {
  expect(converse(task(), ['+OK hi']).effects).toEqual([[send('USER u\r\n')]]);
  expect(converse(task({ introduction: undefined }), [BANNER]).effects).toEqual([[send('USER u\r\n')]]);
});

test('what STLS was asked before is said after it', () => {
  const { effects, state } = converse(task({ tls: 'starttls' }), [BANNER, '+OK go', '(tls)']);
  expect(effects).toEqual([[send('STLS\r\n')], [{ do: 'start-tls' }], [send(`${XCLIENT}USER u\r\n`)]]);
  expect(state).toBe('xclient');
});

test('SASL: an initial response, = if it is empty, and answers to challenges', () => {
  const lines = [BANNER, '+OK', '+ VXNlcm5hbWU6', '+ UGFzc3dvcmQ6', '+OK in'];
  expect(converse(task({ mechanism: 'LOGIN' }), lines).effects.map((one) => one[0])).toEqual([
    send(`${XCLIENT}AUTH LOGIN =\r\n`),
    undefined,
    send('dQ==\r\n'),
    send('cA==\r\n'),
    { do: 'logged-in', reply: 'in', capability: undefined },
  ]);
});

test.each<[string, Partial<LegTask>, string[], object]>([
  ['no greeting', {}, ['-ERR [SYS/TEMP] full'], { code: 'protocol', text: 'Invalid banner: -ERR [SYS/TEMP] full' }],
  ['STLS refused', { tls: 'starttls' }, [BANNER, '-ERR no'], { code: 'remote', text: 'STLS failed: -ERR no' }],
  ['XCLIENT refused', {}, [BANNER, '-ERR no'], { code: 'remote', text: 'XCLIENT failed: -ERR no' }],
  ['USER refused', {}, ['+OK', '-ERR [X] y'], { code: 'auth', text: '[X] y', reply: '[X] y' }],
  [
    'temporary',
    {},
    ['+OK', '+OK', '-ERR [SYS/TEMP] z'],
    { code: 'auth-tempfail', text: '[SYS/TEMP] z', reply: '[SYS/TEMP] z' },
  ],
  ['no words for the client', {}, ['+OK', '+OK', 'whatever'], { code: 'auth', text: 'whatever' }],
  ['challenge without SASL', {}, ['+OK', '+OK', '+ '], { code: 'auth', text: '+ ' }],
  [
    'no base64',
    { mechanism: 'LOGIN' },
    ['+OK', '+ !'],
    { code: 'protocol', text: 'Invalid base64 data in AUTH response' },
  ],
])('failure: %s', (_, change, lines, failure) => {
  expect(converse(task(change), lines).effects.at(-1)).toEqual([{ do: 'fail', failure }]);
});

test.each([
  ['at USER', ['+OK', '-ERR [REFERRAL/u2@127.0.0.2:1110] Referral']],
  ['at PASS', ['+OK', '+OK', '-ERR [REFERRAL/u2@127.0.0.2:1110] Referral']],
])('a referral %s', (_, lines) => {
  const to = { user: 'u2', host: '127.0.0.2', port: 1110 };
  expect(converse(task(), lines).effects.at(-1)).toEqual([{ do: 'redirect', to }]);
});

test('a referral that says nothing is passed on', () => {
  const reply = '[REFERRAL/] x';
  const failure = { code: 'auth', text: reply, reply };
  expect(converse(task(), ['+OK', '+OK', `-ERR ${reply}`]).effects.at(-1)).toEqual([{ do: 'fail', failure }]);
});

const ENDS: readonly LegEffect['do'][] = ['fail', 'redirect', 'logged-in'];

test('whatever a backend says, at most one end comes, and nothing after it', () => {
  const line = fc.oneof(
    fc.constantFrom(BANNER, '+OK', '-ERR x', '-ERR [REFERRAL/h]', '+ ', '(tls)'),
    fc.string({ unit: 'binary' }),
  );
  const tls = fc.constantFrom<LegTask['tls']>('none', 'starttls');
  const mechanism = fc.constantFrom<LegTask['mechanism']>(undefined, 'PLAIN', 'LOGIN');
  fc.assert(
    fc.property(fc.record({ tls, mechanism }), fc.array(line, { maxLength: 12 }), (change, lines) => {
      const all = converse(task(change), lines).effects.flat();
      const end = all.findIndex((effect) => ENDS.includes(effect.do));
      if (end !== -1) expect(all.slice(end + 1)).toEqual([]);
    }),
  );
});
