/** What the legs say must be what Dovecot's login processes say: replayed from recordings of them, and of 2.4 backends. */
import { type Fixture, readFixture } from '@homing/wire/testing';
import { expect, test } from 'vitest';
import { NO_HOP } from '../client/hop.ts';
import type { ClientContext } from '../proxy-login.ts';
import { imapLeg } from './imap-leg.ts';
import type { Leg, LegEffect, LegTask } from './leg.ts';
import { legTask } from './leg-task.ts';
import { pop3Leg } from './pop3-leg.ts';
import { proxyTarget } from './proxy-target.ts';

const client = (protocol: 'imap' | 'pop3', user: string, sentCapability: boolean): ClientContext => ({
  protocol,
  user,
  sentCapability,
  session: 'SESSIONIDSESSIO1',
  endpoints: { lip: '127.0.0.1', rip: '127.0.0.1', lport: 143, rport: 50_001 },
  secured: true,
  tls: false,
  localName: undefined,
  ttl: undefined,
  hop: NO_HOP,
  forwardFields: new Map(),
  mechanism: 'PLAIN',
  password: undefined,
  clientId: undefined,
  connectedAt: 0,
  log: undefined as never,
  forward: () => undefined,
  reauthenticate: () => Promise.reject(new Error('nobody redirects')),
  disconnect: () => undefined,
});

const taskFor = (protocol: 'imap' | 'pop3', user: string, fields: Readonly<Record<string, string>>): LegTask => {
  const { capability, ...reply } = fields;
  const context = client(protocol, user, capability !== undefined);
  const result = proxyTarget(new Map(Object.entries({ host: '10.0.0.1', pass: 'pass1', ...reply })), context);
  if (!('target' in result)) throw new Error(result.failure);
  return legTask(result.target, context).task;
};

/** Feeds the backend's bytes; returns all bytes the leg sent and its last effect. */
const replay = <State>(
  fixture: Fixture,
  leg: Leg<State>,
  task: LegTask,
): { sent: string; last: LegEffect | undefined } => {
  let { start: state } = leg;
  let sent = '';
  let last: LegEffect | undefined;
  for (const step of fixture.steps) {
    if (step.from !== 'S' || !('bytes' in step) || last?.do === 'logged-in') continue;
    const [next, effects] = leg.step(task, state, { on: 'line', line: step.bytes.replace(/\r\n$/, '') });
    state = next;
    for (const effect of effects) {
      if (effect.do === 'send') sent += effect.bytes;
      last = effect;
    }
  }
  return { sent, last };
};

/** Of the login: the client's own bytes follow it in some recordings. */
const recorded = (fixture: Fixture): string =>
  fixture.steps
    .map((step) => (step.from === 'C' && 'bytes' in step ? step.bytes : ''))
    .join('')
    .replace(/(z LOGOUT|QUIT)\r\n$/, '');

const CASES: readonly [string, string, Readonly<Record<string, string>>, LegEffect['do']][] = [
  ['backend-login', 'u1@example.com', {}, 'logged-in'],
  ['backend-destuser', 'dest@example.com', { destuser: 'u1@example.com' }, 'logged-in'],
  ['backend-forward', 'forward@example.com', { forward_a: 'one', forward_empty: '' }, 'logged-in'],
  ['backend-master', 'master@example.com', { master: 'proxyadm', pass: 'masterpw' }, 'logged-in'],
  ['backend-mech-login', 'mech@example.com', { proxy_mech: 'LOGIN' }, 'logged-in'],
  ['backend-not-trusted', 'untrusted@example.com', { proxy_not_trusted: 'y' }, 'logged-in'],
  ['backend-refused', 'wrong@example.com', { pass: 'bad' }, 'fail'],
];

const IMAP_CASES: typeof CASES = [
  ...CASES,
  ['backend-login-8bit', 'u2@example.com', { pass: 'p\xe4ss "2"' }, 'logged-in'],
  ['backend-login-capability', 'u1@example.com', { capability: 'y' }, 'logged-in'],
  ['backend-login-id', 'u1@example.com', {}, 'logged-in'],
  ['backend-starttls', 'starttls@example.com', { starttls: 'any-cert' }, 'start-tls'],
];

test.each(IMAP_CASES)('imap %s', (name, user, fields, end) => {
  const fixture = readFixture(`imap/${name}`);
  const { sent, last } = replay(fixture, imapLeg, taskFor('imap', user, fields));
  expect(sent).toBe(recorded(fixture));
  expect(last?.do).toBe(end);
});

const POP3_CASES: typeof CASES = [
  ...CASES,
  ['backend-stls', 'starttls@example.com', { starttls: 'any-cert' }, 'start-tls'],
];

test.each(POP3_CASES)('pop3 %s', (name, user, fields, end) => {
  const fixture = readFixture(`pop3/${name}`);
  const { sent, last } = replay(fixture, pop3Leg, taskFor('pop3', user, fields));
  expect(sent).toBe(recorded(fixture));
  expect(last?.do).toBe(end);
});

const CASES_24: readonly [string, string, object][] = [
  ['backend-login', 'u1', { do: 'logged-in' }],
  ['backend-referral', 'moved', { do: 'redirect', to: { user: 'moved@example.com', host: '10.1.2.3', port: 1430 } }],
  ['backend-nologin', 'disabled', { do: 'fail', failure: { code: 'auth' } }],
  ['backend-refused', 'wrong', { do: 'fail', failure: { code: 'auth' } }],
];

test.each(CASES_24)('Dovecot 2.4, %s', (name, user, end) => {
  for (const protocol of ['imap', 'pop3'] as const) {
    const fixture = readFixture(`${protocol}-2.4/${name}`);
    const task = taskFor(protocol, `${user}@example.com`, {});
    const { sent, last } = protocol === 'imap' ? replay(fixture, imapLeg, task) : replay(fixture, pop3Leg, task);
    expect(sent).toBe(recorded(fixture));
    expect(last).toMatchObject(end);
  }
});
