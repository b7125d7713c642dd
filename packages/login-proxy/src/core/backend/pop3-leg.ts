/**
 * Logs in to a POP3 backend as pop3-login/pop3-proxy.c of Dovecot 2.3 does, byte for byte:
 *
 *     B: +OK [XCLIENT] ready
 *     P: STLS                       B: +OK   (TLS, no new greeting)
 *     P: XCLIENT ADDR=...           P: USER user   in the same flight, or AUTH MECH response
 *     B: +OK                        B: +OK         P: PASS password
 *     B: +OK Logged in.             what follows belongs to the relay
 */
import {
  announcesXclient,
  assertNever,
  type ByteString,
  encodeBase64,
  parsePop3BackendReply,
  parsePop3Referral,
} from '@homing/wire';
import { fail, type Leg, type LegEffect, type LegTask, sanitized } from './leg.ts';
import { decodeChallenge, initialResponse, respondToChallenge, type SaslState, startSasl } from './sasl-client.ts';

export type Pop3LegState = {
  /** `login1`: USER was sent; `login2`: PASS or AUTH was. */
  readonly at: 'banner' | 'starttls' | 'tls' | 'xclient' | 'login1' | 'login2' | 'done';
  readonly xclient: boolean;
  readonly sasl: SaslState | undefined;
};

type Pop3Step = readonly [Pop3LegState, readonly LegEffect[]];

export const pop3Leg: Leg<Pop3LegState> = {
  start: { at: 'banner', xclient: false, sasl: undefined },
  step(task, state, event) {
    if (event.on === 'tls') return state.at === 'tls' ? sendLogin(task, state) : [state, []];
    return takeLine(task, state, event.line);
  },
  describe: ({ at }) => (at === 'tls' ? 'starttls' : at === 'done' ? 'login2' : at),
};

const takeLine = (task: LegTask, state: Pop3LegState, line: ByteString): Pop3Step => {
  const isOk = line.startsWith('+OK');
  switch (state.at) {
    case 'banner':
      if (!isOk) return failed(state, fail('protocol', `Invalid banner: ${sanitized(line)}`));
      return task.tls === 'starttls'
        ? [{ ...state, at: 'starttls', xclient: announcesXclient(line) }, [{ do: 'send', bytes: 'STLS\r\n' }]]
        : sendLogin(task, { ...state, xclient: announcesXclient(line) });
    case 'starttls':
      if (!isOk) return failed(state, fail('remote', `STLS failed: ${sanitized(line)}`));
      return [{ ...state, at: 'tls' }, [{ do: 'start-tls' }]];
    case 'xclient':
      if (!isOk) return failed(state, fail('remote', `XCLIENT failed: ${sanitized(line)}`));
      return [{ ...state, at: state.sasl === undefined ? 'login1' : 'login2' }, []];
    case 'login1':
      if (!isOk) return failed(state, loginFailure(line));
      return [{ ...state, at: 'login2' }, [{ do: 'send', bytes: `PASS ${task.password}\r\n` }]];
    case 'login2':
      return takeLoginReply(task, state, line);
    case 'tls':
    case 'done':
      return [state, []];
    default:
      return assertNever(state.at);
  }
};

const failed = (state: Pop3LegState, effect: ReturnType<typeof fail>): Pop3Step => [{ ...state, at: 'done' }, [effect]];

const sendLogin = (task: LegTask, state: Pop3LegState): Pop3Step => {
  const introduction = state.xclient ? (task.introduction ?? '') : '';
  const first = task.mechanism === undefined ? undefined : initialResponse(startSasl(task.mechanism), task);
  const response = first?.answer === '' ? '=' : encodeBase64(first?.answer ?? '');
  const command = first === undefined ? `USER ${task.user}\r\n` : `AUTH ${first.state.mechanism} ${response}\r\n`;
  const at = introduction !== '' ? 'xclient' : first === undefined ? 'login1' : 'login2';
  return [{ ...state, at, sasl: first?.state }, [{ do: 'send', bytes: introduction + command }]];
};

const takeLoginReply = (task: LegTask, state: Pop3LegState, line: ByteString): Pop3Step => {
  const reply = parsePop3BackendReply(line);
  if (reply.cmd === '+OK') {
    return [{ ...state, at: 'done' }, [{ do: 'logged-in', reply: reply.text, capability: undefined }]];
  }
  if (reply.cmd !== '+' || state.sasl === undefined) return failed(state, loginFailure(line));
  const challenge = decodeChallenge(reply.text);
  if (challenge === undefined) return failed(state, fail('protocol', 'Invalid base64 data in AUTH response'));
  const step = respondToChallenge(state.sasl, task, challenge);
  if ('error' in step) return failed(state, fail('protocol', `Invalid authentication data: ${step.error}`));
  return [{ ...state, sasl: step.state }, [{ do: 'send', bytes: `${encodeBase64(step.answer)}\r\n` }]];
};

/** The client sees the backend's own error text; anything that is no error text becomes our own words. A referral is followed. */
const loginFailure = (line: ByteString): ReturnType<typeof fail> => {
  const reply = parsePop3BackendReply(line);
  if (reply.cmd !== '-ERR') return fail('auth', line);
  const referral = parsePop3Referral(reply.text);
  if (referral !== undefined) return { do: 'redirect', to: referral };
  return fail(reply.isTemporary ? 'auth-tempfail' : 'auth', reply.text, reply.text);
};
