/** What the log adds to the reason when a client goes without having logged in; the first that fits wins. */
import { assertNever } from '@homing/wire';
import type { Env } from './event.ts';
import type { ClientState } from './state.ts';

/** With its parentheses (client_get_extra_disconnect_reason()). */
export const extraDisconnectReason = (state: ClientState, env: Env): string => {
  const { attempts, phase } = state;
  const seconds = (since: number): number => Math.max(0, Math.floor(env.now / 1000) - Math.floor(since / 1000));
  const waited = attempts.firstAt === undefined ? 0 : seconds(attempts.firstAt);
  const certRequired = env.settings.auth_ssl_require_client_cert;

  if (certRequired && state.tls.tls !== 'off') {
    const certificate = state.tls.tls === 'on' ? state.tls.facts.certificate : 'none';
    if (certificate === 'invalid') return '(client sent an invalid cert)';
    if (certificate === 'none') return "(client didn't send a cert)";
  }
  if (phase.at === 'greeting' || (phase.at === 'blocked' && !phase.greeted)) {
    return `(disconnected before auth was ready, waited ${seconds(state.connectedAt)} secs)`;
  }
  if (attempts.count === 0) return `(no auth attempts in ${seconds(state.connectedAt)} secs)`;
  if (certRequired && state.tls.tls === 'off') return "(cert required, client didn't start TLS)";
  if (attempts.count === 1) {
    if (attempts.challenged) return `(client didn't finish SASL auth, waited ${waited} secs)`;
    if (phase.at === 'authenticating') return `(disconnected while authenticating, waited ${waited} secs)`;
    if (phase.at === 'proxying') return `(disconnected while finishing login, waited ${waited} secs)`;
    if (attempts.aborted) return '(aborted authentication)';
  }
  if (attempts.authLost) return '(auth process communication failure)';
  if (attempts.backendRefused) return '(proxy dest auth failed)';
  if (attempts.successes > 0) return `(internal failure, ${attempts.successes} successful auths)`;
  return failReason(state, waited);
};

const failReason = ({ attempts }: ClientState, waited: number): string => {
  switch (attempts.lastFail) {
    case 'authz-failed':
      return `(authorization failed, ${attempts.count} attempts in ${waited} secs)`;
    case 'temp-fail':
      return '(auth service reported temporary failure)';
    case 'user-disabled':
      return '(user disabled)';
    case 'pass-expired':
      return '(password expired)';
    case 'invalid-base64':
      return '(sent invalid base64 in response)';
    case 'login-disabled':
      return '(login disabled)';
    case 'mech-invalid':
      return '(tried to use unsupported auth mechanism)';
    case 'mech-ssl-required':
      return '(tried to use disallowed plaintext auth)';
    case 'anonymous-denied':
    case 'none':
      return `(auth failed, ${attempts.count} attempts in ${waited} secs)`;
    default:
      return assertNever(attempts.lastFail);
  }
};
