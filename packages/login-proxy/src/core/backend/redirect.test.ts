import { expect, test } from 'vitest';
import { proxyTarget } from './proxy-target.ts';
import { followAnswer, followReferral, type Redirected, redirection } from './redirect.ts';

const CLIENT = {
  protocol: 'imap',
  user: 'u',
  endpoints: { lip: '10.0.0.1', rip: '10.9.9.9', lport: 143, rport: 4321 },
} as const;

const target = (more: Readonly<Record<string, string>> = {}) => {
  const fields = { host: '10.1.1.1', port: '1143', pass: 'p', destuser: 'd', ...more };
  const result = proxyTarget(new Map(Object.entries(fields)), CLIENT);
  if (!('target' in result)) throw new Error(result.failure);
  return result.target;
};

const HERE = '10.1.1.1:1143';
const to = (host: string, port?: number, user?: string) => ({ host, port, user });
const place = (outcome: Redirected) =>
  'target' in outcome
    ? { host: outcome.target.host, ip: outcome.target.ip, port: outcome.target.port }
    : { code: outcome.failure.code, text: outcome.failure.text };

test('a referral says where, all else stays', () => {
  const before = target({ starttls: 'any-cert', master: 'm', forward_a: 'b' });
  const outcome = followReferral(before, to('10.1.1.2', undefined, 'somebody'), [HERE], CLIENT);
  expect(outcome).toEqual({ target: { ...before, host: '10.1.1.2', ip: '10.1.1.2' } });
});

test.each<[string, ReturnType<typeof to>, readonly string[], object]>([
  ['another port', to('10.1.1.1', 143), [HERE], { host: '10.1.1.1', ip: '10.1.1.1', port: 143 }],
  ['IPv6', to('2001:DB8::1', 143), [HERE], { host: '2001:db8::1', ip: '2001:db8::1', port: 143 }],
  [
    'a name',
    to('be.example.com', 143, 'u'),
    [HERE],
    {
      code: 'internal-config',
      text: "Redirect to u@be.example.com:143: Failed to parse IP 'be.example.com' (DNS lookups not supported)",
    },
  ],
  [
    'itself',
    to('10.1.1.1'),
    [HERE],
    { code: 'internal-config', text: `Proxying loops - already connected to ${HERE}` },
  ],
  ['back, once', to('10.1.1.1'), [HERE, '10.1.1.2:1143'], { host: '10.1.1.1', ip: '10.1.1.1', port: 1143 }],
  [
    'back, twice',
    to('10.1.1.1'),
    [HERE, '10.1.1.2:1143', HERE, '10.1.1.2:1143'],
    { code: 'internal-config', text: `Proxying loops - already connected to ${HERE}` },
  ],
])('%s', (_, referral, visited, outcome) => {
  expect(place(followReferral(target(), referral, visited, CLIENT))).toEqual(outcome);
});

test('to the proxy that is asking, as the same user', () => {
  const failure = { code: 'internal', text: 'Proxying loops to itself' };
  const own = to('10.0.0.1', 143);
  expect(place(followReferral(target({ destuser: 'u' }), own, [HERE], CLIENT))).toEqual(failure);
  expect(place(followReferral(target(), own, [HERE], CLIENT))).toMatchObject({ ip: '10.0.0.1' });
});

test('what the auth server is asked', () => {
  const visited = [HERE, '10.1.1.2:1143'];
  expect(redirection(target(), to('be.example.com', undefined, 'x'), visited, 30_000)).toEqual({
    next: 'be.example.com:1143',
    attempts: ['10.1.1.2:1143', HERE],
    destuser: 'x',
    timeoutMs: 30_000,
  });
  expect(redirection(target(), to('::1', 99), [HERE], 1).next).toBe('[::1]:99');
  expect(redirection(target(), to('h'), [HERE], 1)).toMatchObject({ destuser: 'd', attempts: [HERE] });
});

const answer = (fields: Readonly<Record<string, string>>) =>
  ({ to: 'proxy', fields: new Map(Object.entries(fields)) }) as const;

test.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>, object]>([
  ['a place', {}, { host: '10.1.1.2', port: '99' }, { host: '10.1.1.2', ip: '10.1.1.2', port: 99 }],
  ['a name', {}, { host: 'be', hostip: '10.1.1.2' }, { host: 'be', ip: '10.1.1.2', port: 143 }],
  ['the port of TLS', { ssl: 'yes' }, { host: '10.1.1.2' }, { host: '10.1.1.2', ip: '10.1.1.2', port: 993 }],
  ['nowhere', {}, {}, { code: 'internal', text: 'Redirect authentication returned invalid input' }],
  [
    'no port',
    {},
    { host: '10.1.1.2', port: '0' },
    { code: 'internal', text: 'Redirect authentication returned invalid input' },
  ],
  [
    'where it was',
    {},
    { host: '10.1.1.1', port: '1143' },
    { code: 'internal-config', text: `Proxying loops - already connected to ${HERE}` },
  ],
])('an answer: %s', (_, more, fields, outcome) => {
  expect(place(followAnswer(target(more), answer(fields), [HERE], CLIENT))).toEqual(outcome);
});

test('forward fields are those of the answer if it has any, user and password those of the login', () => {
  const before = target({ forward_a: 'old' });
  const fields = { host: '10.1.1.2', pass: 'other', destuser: 'other', forward_b: 'new' };
  expect(followAnswer(before, answer(fields), [HERE], CLIENT)).toMatchObject({
    target: { password: 'p', destuser: 'd', forward: [{ key: 'b', value: 'new' }] },
  });
  expect(followAnswer(before, answer({ host: '10.1.1.2' }), [HERE], CLIENT)).toMatchObject({
    target: { forward: [{ key: 'a', value: 'old' }] },
  });
});

test('the client may have to go itself', () => {
  const referral = { host: 'elsewhere', port: undefined, user: 'u' };
  expect(followAnswer(target(), { to: 'refer', referral }, [HERE], CLIENT)).toEqual({
    failure: { code: 'auth', text: 'Redirected to elsewhere', referral },
  });
});
