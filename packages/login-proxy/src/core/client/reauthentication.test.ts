import { expect, test } from 'vitest';
import { readReauthentication } from './reauthentication.ts';

const FAILED = 'Redirect authentication unexpectedly failed';

test.each<[Parameters<typeof readReauthentication>[0], object]>([
  [
    { on: 'auth-continue', data: '' },
    { to: 'failed', text: 'Unexpected SASL continuation request received' },
  ],
  [{ on: 'auth-lost' }, { to: 'failed', text: 'Internal authentication failure' }],
  [
    { on: 'auth-fail', params: ['user=u', 'code=temp_fail'] },
    { to: 'failed', text: FAILED },
  ],
  [
    { on: 'auth-fail', params: ['reason=Go away'] },
    { to: 'failed', text: `${FAILED}: Go away` },
  ],
  [
    { on: 'auth-ok', params: ['user=u', 'proxy', 'host=h', 'nologin'] },
    { to: 'proxy', fields: new Map(Object.entries({ user: 'u', proxy: '', host: 'h', nologin: '' })) },
  ],
  [
    { on: 'auth-ok', params: ['user=v', 'nologin', 'host=h', 'port=1'] },
    { to: 'refer', referral: { user: 'v', host: 'h', port: 1 } },
  ],
  [
    { on: 'auth-ok', params: ['nologin=', 'host=h'] },
    { to: 'refer', referral: { user: 'u', host: 'h', port: undefined } },
  ],
  [
    { on: 'auth-ok', params: ['user=u', 'host=h'] },
    { to: 'failed', text: 'Redirect authentication is missing proxy or nologin field' },
  ],
  [
    { on: 'auth-ok', params: ['user=u', 'nologin'] },
    { to: 'failed', text: 'Redirect authentication is missing proxy or nologin field' },
  ],
])('%j', (answer, result) => {
  expect(readReauthentication(answer, 'u')).toEqual(result);
});
