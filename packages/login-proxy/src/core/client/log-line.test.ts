import { expect, test } from 'vitest';
import { defaultSettings, START } from '../../../testing/rehearsal.ts';
import type { Env } from './event.ts';
import { expandGreeting, greetingFailure } from './greeting.ts';
import { formatLogLine, logFormatFailures } from './log-line.ts';
import { createSessionId } from './session-id.ts';
import { type ClientState, createClientState } from './state.ts';

const endpoints = { lip: '127.0.0.1', rip: '127.0.0.2', lport: 143, rport: 0x1234 };
const state = createClientState({
  endpoints,
  real: endpoints,
  trusted: false,
  secured: true,
  tls: false,
  haproxy: undefined,
  connectedAt: START,
});

const env = (settings: Partial<Env['settings']> = {}): Env => ({
  protocol: 'imap',
  settings: { ...defaultSettings(), ...settings },
  auth: undefined,
  now: START,
  hostname: 'px',
  pid: 42,
  host: (name) => (name === 'env:SITE' ? 'north' : undefined),
  listener: 'imaps',
  random: () => '',
});

const SESSION = createSessionId(START, endpoints.rip, endpoints.rport);
const joe = { user: 'joe@example.com', originalUser: 'Joe@example.com', authUser: 'admin' };

test.each<[string, Partial<ClientState>, string]>([
  ['before any attempt', {}, `user=<>, rip=127.0.0.2, lip=127.0.0.1, secured, session=<${SESSION}>`],
  [
    'with a name',
    { name: joe, mechanism: 'PLAIN', session: 'S' },
    'user=<joe@example.com>, method=PLAIN, rip=127.0.0.2, lip=127.0.0.1, secured, session=<S>',
  ],
  ['not secured', { secured: false, session: 'S' }, 'user=<>, rip=127.0.0.2, lip=127.0.0.1, session=<S>'],
  [
    'TLS',
    { tls: { tls: 'on', facts: { security: 'x', certificate: 'none', username: undefined } }, session: 'S' },
    'user=<>, rip=127.0.0.2, lip=127.0.0.1, TLS, session=<S>',
  ],
  [
    'a nasty name',
    { name: { ...joe, user: 'a\nb\xff' }, session: 'S' },
    'user=<a?b?>, rip=127.0.0.2, lip=127.0.0.1, secured, session=<S>',
  ],
])('%s', (_, more, suffix) => {
  expect(formatLogLine({ ...state, ...more }, env(), 'Text')).toBe(`Text: ${suffix}`);
});

test.each([
  ['%n %d %Un fixed 100%%', 'joe, example.com, JOE'],
  ['%{orig_user} %{auth_user} %{listener} %{local_name} x=%{passdb:group}', 'Joe@example.com, admin, imaps, x=staff'],
  ['%a:%b %{real_rip} %s %p', '143:4660, 127.0.0.2, imap, 42'],
  ['pre%{passdb:none} %{nothing} %{nothing}=%u', 'pre, UNSUPPORTED_VARIABLE_nothing=joe@example.com'],
  ['%3u %{if;%d;eq;example.com;home} %{md5;truncate=16:user} %{env:SITE} x%{u}', 'joe, home, f5b8'],
  ['%%u %k %05e', ''],
])('elements %s', (elements, expected) => {
  const settings = { login_log_format_elements: elements, login_log_format: '%s | %$' };
  const full = { ...state, name: joe, passdbFields: new Map([['group', 'staff']]) };
  expect(formatLogLine(full, env(settings), 'Text')).toBe(`${expected} | Text`);
});

test('templates that name what does not exist', () => {
  const { host } = env();
  expect(logFormatFailures(defaultSettings(), host)).toEqual([]);
  const settings = { login_log_format_elements: '%u %{nope}', login_log_format: '%$ %x' };
  expect(logFormatFailures(settings, host)).toEqual([
    "Failed to expand log_format_elements=%{nope}: Unknown variable '%nope'",
    "Failed to expand login_log_format=%$ %x: Unknown variable '%x'",
  ]);
  const facts = { lip: '10.0.0.1', rip: '10.0.0.2', protocol: 'imap', pid: 1, localName: undefined, host };
  expect(greetingFailure({ login_greeting: '%l' }, facts)).toBeUndefined();
  const failure = "Failed to expand settings: login_greeting: Unknown variable '%u'";
  expect(greetingFailure({ login_greeting: '%l %u' }, facts)).toBe(failure);
});

test('the greeting knows the addresses', () => {
  const settings = { login_greeting: '%s at %l for %{rip} (%p)' };
  expect(expandGreeting(state, env(settings))).toBe('imap at 127.0.0.1 for 127.0.0.2 (42)');
});

test('a session id is clock, port and address, as Dovecot’s', () => {
  expect(SESSION).toMatch(/^[A-Za-z0-9+/]{16}$/);
  const bytes = Buffer.from(SESSION, 'base64');
  expect(bytes.readUIntLE(0, 6)).toBe((START * 1000) % 2 ** 48);
  expect([...bytes.subarray(6)]).toEqual([0x34, 0x12, 127, 0, 0, 2]);
  expect(createSessionId(START + 0.001, endpoints.rip, endpoints.rport)).not.toBe(SESSION);
  expect(createSessionId(START, '2001:db8::1', 1)).toHaveLength(32);
});
