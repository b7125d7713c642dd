/** What an auth server's OK or FAIL means for the client: client_auth_parse_args() and client_auth_handle_reply(). */
import { assertNever, type ByteString, paramMap, parsePort } from '@homing/wire';
import type { ClientReferral } from '../proxy-login.ts';
import type { FailCode, LoginName } from './state.ts';

export type AuthResult =
  | 'authfailed'
  | 'authfailed-reason'
  | 'authzfailed'
  | 'tempfail'
  | 'pass-expired'
  | 'ssl-required'
  | 'mech-ssl-required'
  | 'mech-invalid'
  | 'invalid-base64'
  | 'login-disabled'
  | 'anonymous-denied'
  | 'aborted';

export type Outcome =
  | { readonly to: 'proxy'; readonly fields: ReadonlyMap<ByteString, ByteString> }
  /** OK without a destination: a proxy of its own has no mail process to hand it to. */
  | { readonly to: 'local' }
  | { readonly to: 'refer'; readonly referral: ClientReferral; readonly text: ByteString }
  | { readonly to: 'fail'; readonly result: AuthResult; readonly text: ByteString };

export type AuthReading = { readonly outcome: Outcome; readonly code: FailCode };

export const AUTH_FAILED = 'Authentication failed.';
export const TRY_ELSEWHERE = 'Try this server instead.';

const CODES: Readonly<Record<string, FailCode>> = {
  authz_fail: 'authz-failed',
  temp_fail: 'temp-fail',
  user_disabled: 'user-disabled',
  pass_expired: 'pass-expired',
  invalid_base64: 'invalid-base64',
  auth_mech_invalid: 'mech-invalid',
  auth_mech_ssl_required: 'mech-ssl-required',
  anonymous_denied: 'anonymous-denied',
};

/** `tempText`: what a temporary failure tells the client; it carries host and time. */
export type Texts = { readonly tempText: () => ByteString };

export const readOk = (params: readonly ByteString[], user: ByteString, texts: Texts): AuthReading => {
  const fields = paramMap(params);
  if (fields.has('proxy')) return { outcome: { to: 'proxy', fields }, code: failCode(fields) };
  const host = fields.get('host');
  const nologin = fields.has('nologin');
  if (!nologin) return { outcome: { to: 'local' }, code: failCode(fields) };
  if (host === undefined) return failure(fields, texts);
  const referral = { host, port: parsePort(fields.get('port')), user: fields.get('destuser') ?? user };
  const text = fields.get('reason') ?? TRY_ELSEWHERE;
  return { outcome: { to: 'refer', referral, text }, code: 'login-disabled' };
};

/** Fields of a proxy in FAIL mean nothing. */
export const readFail = (params: readonly ByteString[], texts: Texts): AuthReading => failure(paramMap(params), texts);

const failCode = (fields: ReadonlyMap<ByteString, ByteString>): FailCode =>
  fields.has('nologin') ? 'login-disabled' : (CODES[fields.get('code') ?? ''] ?? 'none');

const failure = (fields: ReadonlyMap<ByteString, ByteString>, texts: Texts): AuthReading => {
  const code = failCode(fields);
  const reason = fields.get('reason');
  const fail = (result: AuthResult, text: ByteString): AuthReading => ({
    outcome: { to: 'fail', result, text },
    code,
  });
  switch (code) {
    case 'authz-failed':
      return fail('authzfailed', reason ?? 'Authorization failed');
    case 'temp-fail':
      return fail('tempfail', texts.tempText());
    case 'pass-expired':
      return fail('pass-expired', reason ?? AUTH_FAILED);
    case 'invalid-base64':
      return fail('invalid-base64', reason ?? AUTH_FAILED);
    case 'mech-invalid':
      return fail('mech-invalid', reason ?? AUTH_FAILED);
    case 'mech-ssl-required':
      return fail('mech-ssl-required', reason ?? AUTH_FAILED);
    case 'anonymous-denied':
      return fail('anonymous-denied', reason ?? AUTH_FAILED);
    case 'login-disabled':
      return fail('login-disabled', reason ?? 'Login disabled for this user');
    case 'user-disabled':
    case 'none':
      return reason === undefined ? fail('authfailed', AUTH_FAILED) : fail('authfailed-reason', reason);
    default:
      return assertNever(code);
  }
};

/** Names that OK and FAIL tell (args_parse_user()): `user` replaces all of them. */
export const readNames = (params: readonly ByteString[], before: LoginName): LoginName => {
  let name = before;
  for (const param of params) {
    if (param.startsWith('user=')) name = { user: param.slice(5), originalUser: undefined, authUser: undefined };
    else if (param.startsWith('original_user=')) name = { ...name, originalUser: param.slice(14) };
    else if (param.startsWith('auth_user=')) name = { ...name, authUser: param.slice(10) };
  }
  return name;
};

/** `Temporary authentication failure. [host:2026-11-22 00:30:42]`, in local time. */
export const temporaryFailureText = (hostname: string, now: number): string => {
  const date = new Date(now);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `Temporary authentication failure. [${hostname}:${day} ${time}]`;
};
