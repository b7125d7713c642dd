/** pop3-login's words (client.c, client-authenticate.c, pop3-proxy.c). */
import { assertNever, type ByteString, formatPop3Referral } from '@homing/wire';
import { AUTH_FAILED, type AuthResult } from './auth-outcome.ts';
import { expandGreeting } from './greeting.ts';
import { isHop24 } from './hop.ts';
import { ACCOUNT_UNAVAILABLE, type Replies } from './replies.ts';

const failure = (result: AuthResult, text: ByteString): ByteString => {
  switch (result) {
    case 'tempfail':
      return `-ERR [SYS/TEMP] ${text}\r\n`;
    case 'aborted':
    case 'anonymous-denied':
      return `-ERR ${text}\r\n`;
    case 'authfailed':
    case 'authfailed-reason':
    case 'authzfailed':
    case 'invalid-base64':
    case 'login-disabled':
    case 'mech-invalid':
    case 'mech-ssl-required':
    case 'pass-expired':
    case 'ssl-required':
      return text.startsWith('[') ? `-ERR ${text}\r\n` : `-ERR [AUTH] ${text}\r\n`;
    default:
      return assertNever(result);
  }
};

export const pop3Replies: Replies = {
  greeting: (state, env) => {
    const challenge = state.apop === undefined ? '' : ` ${state.apop.text}`;
    return `+OK ${state.trusted ? '[XCLIENT] ' : ''}${expandGreeting(state, env)}${challenge}\r\n`;
  },
  failure: (_, result, text) => failure(result, text),
  // 2.3 has the text alone. Mail clients can do nothing with more, hops of 2.4 can.
  referral: ({ hop }, { user, host, port }, text) =>
    text === undefined || isHop24(hop)
      ? `-ERR ${formatPop3Referral(user, host, port)} Referral\r\n`
      : `-ERR ${text}\r\n`,
  proxyFailure: (_, kind) => `-ERR ${kind === 'temporary' ? '[SYS/TEMP] ' : ''}${ACCOUNT_UNAVAILABLE}\r\n`,
  backendRefusal: (_, reply) => `-ERR ${reply ?? AUTH_FAILED}\r\n`,
  loggedIn: (_, reply) => `+OK${reply === '' ? '' : ` ${reply}`}\r\n`,
  disconnect: (kind, text) => `-ERR ${kind === 'internal' ? '[SYS/TEMP] ' : ''}${text}\r\n`,
  notice: () => '',
  startTls: (_, isStarted, text) => `${isStarted ? '+OK' : '-ERR'} ${text}\r\n`,
};
