/** imap-login's words (client-authenticate.c, imap-login-client.c, imap-proxy.c). */
import { assertNever, type ByteString } from '@homing/wire';
import { imapLoginReply } from '../backend/imap-login-reply.ts';
import type { ClientReferral } from '../proxy-login.ts';
import { AUTH_FAILED, type AuthResult, TRY_ELSEWHERE } from './auth-outcome.ts';
import { expandGreeting } from './greeting.ts';
import { imapCapability } from './imap-capability.ts';
import { ACCOUNT_UNAVAILABLE, type Replies } from './replies.ts';
import type { ClientState } from './state.ts';

const no = (state: ClientState, code: string, text: ByteString): ByteString => `${state.tag} NO [${code}] ${text}\r\n`;

const failure = (state: ClientState, result: AuthResult, text: ByteString): ByteString => {
  switch (result) {
    case 'invalid-base64':
    case 'aborted':
      return `${state.tag} BAD ${text}\r\n`;
    case 'authfailed-reason':
    case 'mech-invalid':
      return text.startsWith('[') ? `${state.tag} NO ${text}\r\n` : no(state, 'ALERT', text);
    case 'authzfailed':
      return no(state, 'AUTHORIZATIONFAILED', text);
    case 'tempfail':
      return no(state, 'UNAVAILABLE', text);
    case 'ssl-required':
    case 'mech-ssl-required':
      return no(state, 'PRIVACYREQUIRED', text);
    case 'pass-expired':
      return no(state, 'EXPIRED', text);
    case 'login-disabled':
    case 'anonymous-denied':
      return no(state, 'CONTACTADMIN', text);
    case 'authfailed':
      return no(state, 'AUTHENTICATIONFAILED', text);
    default:
      return assertNever(result);
  }
};

/** RFC 5092: `imap://user;AUTH=mech@host:port/`; what may not stand in a user name is percent-encoded. */
const referralUrl = (state: ClientState, { host, port, user }: ClientReferral): ByteString => {
  const encoded = user.replace(
    /[^A-Za-z0-9\-._~!$'()*+,&=]/g,
    (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  const suffix = port === undefined || port === 143 ? '' : `:${port}`;
  return `imap://${encoded};AUTH=${state.mechanism ?? ''}@${host}${suffix}/`;
};

export const imapReplies: Replies = {
  greeting: (state, env) => `* OK [CAPABILITY ${imapCapability(state, env)}] ${expandGreeting(state, env)}\r\n`,
  failure,
  referral: (state, referral, text) => no(state, `REFERRAL ${referralUrl(state, referral)}`, text ?? TRY_ELSEWHERE),
  proxyFailure: (state, kind) => no(state, kind === 'temporary' ? 'UNAVAILABLE' : 'SERVERBUG', ACCOUNT_UNAVAILABLE),
  backendRefusal: (state, reply) =>
    reply === undefined ? no(state, 'AUTHENTICATIONFAILED', AUTH_FAILED) : `${state.tag} NO ${reply}\r\n`,
  loggedIn: (state, reply, capability) => imapLoginReply(state.tag, { reply, capability }, state.sentCapability),
  disconnect: (kind, text) => `* BYE ${kind === 'internal' ? '[UNAVAILABLE] ' : ''}${text}\r\n`,
  notice: (kind, text) => (kind === 'exposed' ? `* BAD [ALERT] ${text}\r\n` : `* OK ${text}\r\n`),
  startTls: (state, isStarted, text) => `${state.tag} ${isStarted ? 'OK' : 'BAD'} ${text}\r\n`,
};
