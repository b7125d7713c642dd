/**
 * The question to the auth server where a redirected user has to go, and what its answer means (Dovecot 2.4:
 * client-common-auth.c, proxy_redirect_reauth). The mechanism is EXTERNAL whether or not the server offers it, without
 * a response: the user is known.
 */
import { assertNever, type ByteString, paramMap, parsePort, requestInfoParams } from '@homing/wire';
import type { Reauthenticated, Redirection } from '../proxy-login.ts';
import { authRequestInfo } from './auth-request.ts';
import type { ClientEvent, Env } from './event.ts';
import type { ClientState } from './state.ts';

export const REAUTHENTICATION_MECHANISM = 'EXTERNAL';

/** The parameters of AUTH; not escaped yet. */
export const reauthenticationParams = (state: ClientState, env: Env, redirection: Redirection): ByteString[] => [
  ...requestInfoParams(authRequestInfo(state, env)),
  `proxy_redirect_host_next=${redirection.next}`,
  `proxy_redirect_host_attempts=${redirection.attempts.join(',')}`,
  `destuser=${redirection.destuser}`,
  `proxy_timeout=${redirection.timeoutMs}`,
];

type Answer = Extract<ClientEvent, { on: 'auth-continue' | 'auth-ok' | 'auth-fail' | 'auth-lost' }>;

/** `user`: who the client is, if the answer does not say it. Only place and forward fields of an OK count. */
export const readReauthentication = (answer: Answer, user: ByteString): Reauthenticated => {
  switch (answer.on) {
    case 'auth-continue':
      return { to: 'failed', text: 'Unexpected SASL continuation request received' };
    case 'auth-lost':
      return { to: 'failed', text: 'Internal authentication failure' };
    case 'auth-fail': {
      const reason = paramMap(answer.params).get('reason') ?? '';
      const text = 'Redirect authentication unexpectedly failed';
      return { to: 'failed', text: reason === '' ? text : `${text}: ${reason}` };
    }
    case 'auth-ok': {
      const fields = paramMap(answer.params);
      if (fields.has('proxy')) return { to: 'proxy', fields };
      const host = fields.get('host');
      if (host === undefined || !fields.has('nologin')) {
        return { to: 'failed', text: 'Redirect authentication is missing proxy or nologin field' };
      }
      const referral = { host, port: parsePort(fields.get('port')), user: fields.get('user') ?? user };
      return { to: 'refer', referral };
    }
    default:
      return assertNever(answer);
  }
};
