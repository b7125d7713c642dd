import { expect, test } from 'vitest';
import { proxyTarget } from './proxy-target.ts';

const CLIENT = {
  protocol: 'imap' as const,
  user: 'u@example.com',
  endpoints: { lip: '127.0.0.1', rip: '10.1.1.1', lport: 143, rport: 4000 },
};

const read = (fields: Readonly<Record<string, string>>, protocol: 'imap' | 'pop3' = 'imap') =>
  proxyTarget(new Map(Object.entries(fields)), { ...CLIENT, protocol });

const target = (fields: Readonly<Record<string, string>>, protocol: 'imap' | 'pop3' = 'imap') => {
  const result = read({ host: '10.0.0.1', pass: 'p', ...fields }, protocol);
  if ('failure' in result) throw new Error(result.failure);
  return result.target;
};

test('the least a reply must say', () => {
  expect(target({})).toEqual({
    host: '10.0.0.1',
    ip: '10.0.0.1',
    port: 143,
    sourceIp: undefined,
    destuser: 'u@example.com',
    password: 'p',
    masterUser: undefined,
    mechanism: undefined,
    timeoutMs: undefined,
    redirectReauth: false,
    refreshSeconds: 0,
    immediateFailureAfterMs: 30_000,
    pipelining: true,
    isTrusted: true,
    tls: 'none',
    anyCert: false,
    forward: [],
    altUsernames: new Map(),
  });
});

test.each<[string, Readonly<Record<string, string>>, object]>([
  ['name and address', { host: 'b.example.com', hostip: '::1' }, { host: 'b.example.com', ip: '::1' }],
  ['empty hostip', { hostip: '' }, { ip: '10.0.0.1' }],
  ['other user', { destuser: 'd' }, { destuser: 'd' }],
  ['empty password', { pass: '' }, { password: '' }],
  ['master: PLAIN', { master: 'm' }, { masterUser: 'm', mechanism: 'PLAIN' }],
  ['master with another mechanism', { master: 'm', proxy_mech: 'login' }, { masterUser: 'm', mechanism: 'LOGIN' }],
  ['empty master', { master: '' }, { masterUser: undefined, mechanism: undefined }],
  ['seconds', { proxy_timeout: '4' }, { timeoutMs: 4000 }],
  ['a unit', { proxy_timeout: '500ms' }, { timeoutMs: 500 }],
  ['0 is the default', { proxy_timeout: '0' }, { timeoutMs: undefined }],
  ['refresh', { proxy_refresh: '12' }, { refreshSeconds: 12 }],
  ['never down', { proxy_host_immediate_failure_after: '0' }, { immediateFailureAfterMs: 0 }],
  ['down after', { proxy_host_immediate_failure_after: '5 secs' }, { immediateFailureAfterMs: 5000 }],
  ['flags', { proxy_nopipelining: '', proxy_not_trusted: 'y' }, { pipelining: false, isTrusted: false }],
  ['ssl', { ssl: 'yes' }, { tls: 'immediate', anyCert: false, port: 993 }],
  ['ssl to a port', { ssl: 'any-cert', port: '1234' }, { tls: 'immediate', anyCert: true, port: 1234 }],
  ['starttls', { starttls: 'any-cert' }, { tls: 'starttls', anyCert: true, port: 143 }],
  ['both', { ssl: 'any-cert', starttls: 'yes' }, { tls: 'starttls', anyCert: true, port: 993 }],
  ['source', { source_ip: '10.0.0.9' }, { sourceIp: '10.0.0.9' }],
  ['invalid source', { source_ip: 'x' }, { sourceIp: undefined }],
  [
    'forward',
    { forward_b: '1', Forward_a: '' },
    {
      forward: [
        { key: 'b', value: '1' },
        { key: 'a', value: undefined },
      ],
    },
  ],
  ['alternative names', { user_group: 'g', username: 'x' }, { altUsernames: new Map([['user_group', 'g']]) }],
  ['self, but as another user', { host: '127.0.0.1', destuser: 'other' }, { ip: '127.0.0.1' }],
  ['self by hostip only', { host: 'me.example.com', hostip: '127.0.0.1' }, { ip: '127.0.0.1' }],
  ['self on another port', { host: '127.0.0.1', port: '144' }, { port: 144 }],
])('%s', (_, fields, expected) => {
  expect(target(fields)).toMatchObject(expected);
});

test('POP3 has its own ports', () => {
  expect(target({}, 'pop3').port).toBe(110);
  expect(target({ ssl: 'yes' }, 'pop3').port).toBe(995);
});

test('order of port and ssl does not matter', () => {
  expect(target({ port: '1234', ssl: 'yes' }).port).toBe(target({ ssl: 'yes', port: '1234' }).port);
});

test.each([
  [{}, 'password not given'],
  [{ pass: 'p' }, 'host not given'],
  [{ pass: 'p', host: '' }, 'host not given'],
  [{ pass: 'p', host: 'h', hostip: 'zz' }, 'Invalid hostip zz'],
  [{ pass: 'p', host: 'h' }, 'BUG: host h is not an IP (auth should have changed it)'],
  [{ pass: 'p', host: '10.0.0.1', proxy_mech: 'CRAM-MD5' }, 'Unsupported SASL mechanism CRAM-MD5'],
  [{ pass: 'p', host: '127.0.0.1' }, 'Proxying loops to itself'],
  [{ pass: 'p\r\nDELE 1', host: '10.0.0.1' }, 'User name or password contains CR, LF or NUL'],
  [{ pass: 'p', host: '10.0.0.1', destuser: 'u\0' }, 'User name or password contains CR, LF or NUL'],
])('%j: %s', (fields, failure) => {
  expect(read(fields)).toMatchObject({ failure });
});

test.each([
  [{ port: '0' }, 'Auth service returned invalid port number: 0'],
  [{ proxy_timeout: 'soon' }, 'BUG: Auth service returned invalid proxy_timeout value: soon'],
  [{ proxy_refresh: '-1' }, 'BUG: Auth service returned invalid proxy_refresh value: -1'],
])('%j is complained about and not used', (fields, complaint) => {
  const result = read({ host: '10.0.0.1', pass: 'p', ...fields });
  expect(result.complaints).toEqual([complaint]);
  expect(result).toMatchObject({ target: { port: 143, timeoutMs: undefined, refreshSeconds: 0 } });
});
