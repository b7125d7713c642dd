/** What the IMAP leg does with each line after the greeting: the second half of `imap-leg.ts`. */
import {
  asciiUpper,
  assertNever,
  type ByteString,
  encodeBase64,
  type ImapBackendReply,
  parseImapBackendReply,
  parseImapReferral,
} from '@homing/wire';
import { sendLogin, sendStartTlsOrLogin } from './imap-leg-send.ts';
import { type ImapLegState, type ImapStep, withoutSent, withSent } from './imap-leg-state.ts';
import { fail, type LegTask, sanitized } from './leg.ts';
import { decodeChallenge, respondToChallenge } from './sasl-client.ts';

export const answerImapReply = (task: LegTask, state: ImapLegState, line: ByteString): ImapStep => {
  const reply = parseImapBackendReply(line);
  switch (reply.cmd) {
    case '+':
      return continueSasl(task, state, reply.text);
    case 'S':
      return state.sent.has('starttls') ? takeStartTls(state, reply, line) : unexpected(state, line);
    case 'I':
      return takeId(task, state, line);
    case 'C':
      return takeCapability(task, state, reply, line);
    case 'L':
      return isLoginSent(state) ? takeLogin(state, reply) : unexpected(state, line);
    case '* CAPABILITY':
      return [{ ...state, capability: reply.list }, []];
    case '* ID':
    case '* BYE':
      return [state, []];
    case '*':
      return [state, [{ do: 'forward', line }]];
    case 'unknown':
      return unexpected(state, line);
    default:
      return assertNever(reply);
  }
};

const isLoginSent = ({ sent }: ImapLegState): boolean =>
  sent.has('login') || sent.has('authenticate') || sent.has('auth-continue');

const unexpected = (state: ImapLegState, line: ByteString): ImapStep => [
  state,
  [{ do: 'complain', text: `Unexpected input, ignoring: ${sanitized(line)}` }],
];

const failed = (state: ImapLegState, effect: ReturnType<typeof fail>): ImapStep => [{ ...state, at: 'done' }, [effect]];

/** `+` without a SASL exchange answers a literal, which was sent without waiting. */
const continueSasl = (task: LegTask, state: ImapLegState, text: ByteString | undefined): ImapStep => {
  if (state.sasl === undefined || !isLoginSent(state)) return [state, []];
  const continued: ImapLegState = { ...withoutSent(state, 'authenticate'), received: 'auth-continue' };
  const challenge = text === undefined ? undefined : decodeChallenge(text);
  if (challenge === undefined) {
    return failed(continued, fail('protocol', 'Invalid base64 data in AUTHENTICATE response'));
  }
  const step = respondToChallenge(state.sasl, task, challenge);
  if ('error' in step) return failed(continued, fail('protocol', `Invalid authentication data: ${step.error}`));
  const bytes = `${encodeBase64(step.answer)}\r\n`;
  return [{ ...withSent(continued, 'auth-continue'), sasl: step.state }, [{ do: 'send', bytes }]];
};

type Tagged = Extract<ImapBackendReply, { isOk: boolean }>;

const takeStartTls = (before: ImapLegState, reply: Tagged, line: ByteString): ImapStep => {
  const state: ImapLegState = { ...withoutSent(before, 'starttls'), received: 'starttls' };
  if (!reply.isOk) return failed(state, fail('remote', `STARTTLS failed: ${sanitized(line.slice(2))}`));
  return [{ ...state, at: 'tls' }, [{ do: 'start-tls' }]];
};

/** The backend's opinion of our ID does not matter; without pipelining the next command waited for it. */
const takeId = (task: LegTask, before: ImapLegState, line: ByteString): ImapStep => {
  if (!before.sent.has('id')) return unexpected(before, line);
  const state: ImapLegState = { ...withoutSent(before, 'id'), received: 'id' };
  return task.pipelining ? [state, []] : sendStartTlsOrLogin(task, state);
};

const takeCapability = (task: LegTask, before: ImapLegState, reply: Tagged, line: ByteString): ImapStep => {
  if (!before.sent.has('capability')) return unexpected(before, line);
  const state: ImapLegState = { ...withoutSent(before, 'capability'), received: 'capability' };
  return reply.isOk && !isLoginSent(state) ? sendLogin(task, state) : [state, []];
};

const takeLogin = (before: ImapLegState, reply: Tagged): ImapStep => {
  const state: ImapLegState = { ...withoutSent(before, 'login'), received: 'login' };
  if (reply.isOk) {
    const { capability } = state;
    return [{ ...state, at: 'done' }, [{ do: 'logged-in', reply: reply.text, capability }]];
  }
  return failed(state, loginFailure(reply.text));
};

/**
 * `text`: `NO [CODE] words` or whatever stood there. AUTHENTICATIONFAILED and replies without a code get our own words,
 * so that nobody learns from the backend's which users exist; UNAVAILABLE may be tried again, REFERRAL is followed.
 */
const loginFailure = (text: ByteString): ReturnType<typeof fail> => {
  const shown = asciiUpper(text.slice(0, 3)) === 'NO ' ? text.slice(3) : text;
  if (!text.startsWith('NO [') || text.startsWith('NO [AUTHENTICATIONFAILED]')) return fail('auth', shown);
  const referral = parseImapReferral(shown);
  if (referral !== undefined) return { do: 'redirect', to: referral };
  const code = asciiUpper(shown.slice(1).split(']', 1)[0] ?? '');
  return fail(code === 'UNAVAILABLE' ? 'auth-tempfail' : 'auth', shown, shown);
};
