import fc from 'fast-check';
import { expect, test } from 'vitest';
import { imapLeg } from './imap-leg.ts';
import type { LegEffect, LegEvent, LegTask } from './leg.ts';

const ID = 'I ID ("x" "y")\r\n';

const task = (change: Partial<LegTask> = {}): LegTask => ({
  user: 'u',
  password: 'p',
  masterUser: undefined,
  mechanism: undefined,
  tls: 'none',
  pipelining: true,
  introduction: ID,
  sentCapability: false,
  ...change,
});

/** What was done for each line; `(tls)` stands for the end of the handshake. */
const converse = (how: LegTask, lines: readonly string[]): { effects: LegEffect[][]; state: string } => {
  let state = imapLeg.start;
  const effects = lines.map((line) => {
    const event: LegEvent = line === '(tls)' ? { on: 'tls' } : { on: 'line', line };
    const [next, done] = imapLeg.step(how, state, event);
    state = next;
    return [...done];
  });
  return { effects, state: imapLeg.describe(state) };
};

const last = (how: LegTask, ...lines: string[]): LegEffect | undefined => converse(how, lines).effects.at(-1)?.at(-1);
const send = (bytes: string): LegEffect => ({ do: 'send', bytes });

const FULL = '* OK [CAPABILITY IMAP4rev1 SASL-IR ID STARTTLS] ready';
const LOGIN = 'L LOGIN "u" "p"\r\n';

test('all commands leave in one flight', () => {
  expect(converse(task({ sentCapability: true }), [FULL]).effects).toEqual([[send(`${ID}C CAPABILITY\r\n${LOGIN}`)]]);
});

test('without pipelining each command waits for the reply to the one before', () => {
  const { effects } = converse(task({ sentCapability: true, pipelining: false }), [
    FULL,
    'I OK',
    'C OK done',
    'L OK in',
  ]);
  expect(effects).toEqual([
    [send(ID)],
    [send('C CAPABILITY\r\n')],
    [send(LOGIN)],
    [{ do: 'logged-in', reply: 'in', capability: 'IMAP4rev1 SASL-IR ID STARTTLS' }],
  ]);
});

test('a banner without capabilities: no ID, but the question', () => {
  const lines = ['* OK plain', '* CAPABILITY IMAP4rev1 XX', 'C OK done', 'L OK hi'];
  expect(converse(task(), lines).effects).toEqual([
    [send(`C CAPABILITY\r\n${LOGIN}`)],
    [],
    [],
    [{ do: 'logged-in', reply: 'hi', capability: 'IMAP4rev1 XX' }],
  ]);
});

test('after STARTTLS neither ID nor CAPABILITY is sent', () => {
  const { effects } = converse(task({ tls: 'starttls' }), [FULL, 'I OK', 'S OK go', '(tls)']);
  expect(effects).toEqual([[send(`${ID}S STARTTLS\r\n`)], [], [{ do: 'start-tls' }], [send(LOGIN)]]);
});

test('SASL waits for the challenge unless the banner announced SASL-IR', () => {
  const plain = task({ mechanism: 'PLAIN', masterUser: 'm', introduction: undefined });
  const response = Buffer.from('u\0m\0p').toString('base64');
  expect(converse(plain, [FULL]).effects).toEqual([[send(`L AUTHENTICATE PLAIN ${response}\r\n`)]]);
  expect(converse(plain, ['* OK [CAPABILITY X] hi', '+ ', 'L OK in']).effects).toEqual([
    [send('L AUTHENTICATE PLAIN\r\n')],
    [send(`${response}\r\n`)],
    [{ do: 'logged-in', reply: 'in', capability: 'X' }],
  ]);
});

test('untagged lines reach the client, except what only concerns us', () => {
  const lines = [FULL, '* NO [ALERT] soon down', '* ID NIL', '* BYE', '* BYE gone', '* CAPABILITY X', 'Z OK what'];
  expect(converse(task(), lines).effects.slice(1)).toEqual([
    [{ do: 'forward', line: '* NO [ALERT] soon down' }],
    [],
    [{ do: 'forward', line: '* BYE' }],
    [],
    [],
    [{ do: 'complain', text: 'Unexpected input, ignoring: Z OK what' }],
  ]);
});

test.each([
  ['bye', ['* BYE go away'], 'protocol', 'Invalid banner: * BYE go away', undefined],
  ['another protocol', ['+OK pop'], 'protocol', 'Invalid banner: +OK pop', undefined],
  [
    'own words for a wrong password',
    [FULL, 'L NO [AUTHENTICATIONFAILED] x'],
    'auth',
    '[AUTHENTICATIONFAILED] x',
    undefined,
  ],
  ['no code', [FULL, 'L NO nope'], 'auth', 'nope', undefined],
  ['BAD', [FULL, 'L BAD [X] nope'], 'auth', 'BAD [X] nope', undefined],
  ['another code', [FULL, 'L NO [LIMIT] too many'], 'auth', '[LIMIT] too many', '[LIMIT] too many'],
  ['temporary', [FULL, 'L NO [unavailable] later'], 'auth-tempfail', '[unavailable] later', '[unavailable] later'],
])('failure: %s', (_, lines, code, text, reply) => {
  const failure = reply === undefined ? { code, text } : { code, text, reply };
  expect(last(task(), ...lines)).toEqual({ do: 'fail', failure });
});

test.each<[string, Partial<LegTask>, string[], string, string]>([
  [
    'LOGINDISABLED',
    {},
    ['* OK [CAPABILITY LOGINDISABLED] x'],
    'remote-config',
    'LOGINDISABLED advertised, but SSL/TLS not enabled',
  ],
  ['no STARTTLS', { tls: 'starttls' }, ['* OK [CAPABILITY X] x'], 'remote-config', 'STARTTLS not supported'],
  ['STARTTLS refused', { tls: 'starttls' }, ['* OK x', 'S BAD what'], 'remote', 'STARTTLS failed: BAD what'],
  ['no base64', { mechanism: 'LOGIN' }, [FULL, '+ !'], 'protocol', 'Invalid base64 data in AUTHENTICATE response'],
  ['no space', { mechanism: 'LOGIN' }, [FULL, '+'], 'protocol', 'Invalid base64 data in AUTHENTICATE response'],
  [
    'PLAIN challenged again',
    { mechanism: 'PLAIN' },
    [FULL, '+ '],
    'protocol',
    "Invalid authentication data: Server didn't finish authentication",
  ],
])('failure: %s', (_, change, lines, code, text) => {
  expect(last(task(change), ...lines)).toEqual({ do: 'fail', failure: { code, text } });
});

test('LOGINDISABLED does not matter with TLS', () => {
  expect(last(task({ tls: 'immediate' }), '* OK [CAPABILITY LOGINDISABLED] x')).toEqual(send(LOGIN));
});

test.each([
  ['a login reply before TLS', 'L OK in'],
  ['an unasked STARTTLS reply', 'C OK done'],
])('%s is skipped', (_, line) => {
  expect(last(task({ tls: 'starttls' }), FULL, line)).toMatchObject({ do: 'complain' });
});

test('state= names what was sent and what came', () => {
  expect(converse(task(), []).state).toBe('/none');
  expect(converse(task(), [FULL]).state).toBe('id+login/banner');
  expect(converse(task(), [FULL, 'I OK x']).state).toBe('login/id');
  expect(converse(task({ tls: 'starttls' }), [FULL, 'S OK x']).state).toBe('id/starttls');
});

test.each(['L NO [REFERRAL imap://u2;AUTH=*@127.0.0.2:1143/] Moved', 'L NO [referral IMAP://u2@127.0.0.2:1143]'])(
  'a referral: %s',
  (line) => {
    const to = { user: 'u2', host: '127.0.0.2', port: 1143 };
    expect(last(task(), FULL, line)).toEqual({ do: 'redirect', to });
  },
);

test('a referral that says nothing is passed on', () => {
  const reply = '[REFERRAL http://h/] x';
  expect(last(task(), FULL, `L NO ${reply}`)).toEqual({ do: 'fail', failure: { code: 'auth', text: reply, reply } });
});

const ENDS: readonly LegEffect['do'][] = ['fail', 'redirect', 'logged-in'];

test('whatever a backend says, at most one end comes, and nothing after it', () => {
  const line = fc.oneof(
    fc.constantFrom(
      FULL,
      'L OK in',
      'S OK x',
      'C OK x',
      'I OK x',
      '+ ',
      '* BYE x',
      'L NO [X] y',
      'L NO [REFERRAL imap://h/]',
      '(tls)',
    ),
    fc.string({ unit: 'binary' }),
  );
  const how = fc.record({
    tls: fc.constantFrom<LegTask['tls']>('none', 'starttls'),
    pipelining: fc.boolean(),
    mechanism: fc.constantFrom<LegTask['mechanism']>(undefined, 'PLAIN', 'LOGIN', 'XOAUTH2'),
  });
  fc.assert(
    fc.property(how, fc.array(line, { maxLength: 12 }), (change, lines) => {
      const all = converse(task(change), lines).effects.flat();
      const end = all.findIndex((effect) => ENDS.includes(effect.do));
      if (end !== -1) expect(all.slice(end + 1)).toEqual([]);
    }),
  );
});
