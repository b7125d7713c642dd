import { expect, test } from 'vitest';
import {
  decodeChallenge,
  findSaslMechanism,
  initialResponse,
  respondToChallenge,
  type SaslMechanism,
  startSasl,
} from './sasl-client.ts';

const WHO = { user: 'u', masterUser: undefined, password: 'p' };

test.each<[SaslMechanism, string]>([
  ['PLAIN', 'u\0u\0p'],
  ['LOGIN', ''],
  ['EXTERNAL', 'u'],
  ['XOAUTH2', 'user=u\x01auth=Bearer p\x01\x01'],
  ['OAUTHBEARER', 'n,a=u,\x01auth=Bearer p\x01\x01'],
])('%s begins with %j', (mechanism, answer) => {
  expect(initialResponse(startSasl(mechanism), WHO).answer).toBe(answer);
});

test('a master user authenticates, the user is authorized', () => {
  expect(initialResponse(startSasl('PLAIN'), { ...WHO, masterUser: 'm' }).answer).toBe('u\0m\0p');
});

test('LOGIN answers twice', () => {
  const first = respondToChallenge(initialResponse(startSasl('LOGIN'), WHO).state, WHO, 'Username:');
  if ('error' in first) throw new Error(first.error);
  const second = respondToChallenge(first.state, WHO, 'Password:');
  if ('error' in second) throw new Error(second.error);
  expect([first.answer, second.answer]).toEqual(['u', 'p']);
  expect(respondToChallenge(second.state, WHO, 'More:')).toEqual({ error: "Server didn't finish authentication" });
});

test.each<[SaslMechanism, boolean, string, object]>([
  ['PLAIN', false, '', { answer: 'u\0u\0p' }],
  ['PLAIN', false, 'x', { error: 'Server sent non-empty initial response' }],
  ['PLAIN', true, '', { error: "Server didn't finish authentication" }],
  ['PLAIN', false, 'a\0b', { error: 'Unexpected NUL in input data' }],
  ['XOAUTH2', true, '', { answer: '' }],
  ['XOAUTH2', true, '{"status":"invalid_token"}', { error: 'Failed to authenticate: invalid_token' }],
  ['XOAUTH2', true, '{"status":401}', { error: 'Failed to authenticate: 401' }],
  ['OAUTHBEARER', true, '{"x":1}', { error: 'Error parsing JSON reply' }],
  ['OAUTHBEARER', true, '{', { error: 'Error parsing JSON reply' }],
])('%s (began: %s), challenge %j', (mechanism, began, challenge, expected) => {
  const start = startSasl(mechanism);
  const state = began ? initialResponse(start, WHO).state : start;
  expect(respondToChallenge(state, WHO, challenge)).toMatchObject(expected);
});

test('names are found in any case', () => {
  expect(findSaslMechanism('plain')).toBe('PLAIN');
  expect(findSaslMechanism('CRAM-MD5')).toBeUndefined();
});

test('a challenge is base64 or nothing', () => {
  expect(decodeChallenge('VXNlcm5hbWU6')).toBe('Username:');
  expect(decodeChallenge('!')).toBeUndefined();
});
