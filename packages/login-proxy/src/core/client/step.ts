/** The client side of a login as one function: state and event in, next state and effects out. */
import { assertNever } from '@homing/wire';
import { authFail, authLost, authOk, saslChallenge, saslResponse } from './authenticate.ts';
import { type ClientEvent, type Effect, type Env, type Step, send } from './event.ts';
import { imapInput } from './imap-commands.ts';
import { disconnect, info, loginTimeout, part, repliesOf, saslTooLarge } from './parting.ts';
import { apopChallenge } from './pop3-apop.ts';
import { pop3Input } from './pop3-commands.ts';
import { tlsUp } from './start-tls.ts';
import type { ClientState } from './state.ts';

const WAITING = 'Waiting for authentication process to respond..';

export const step = (state: ClientState, event: ClientEvent, env: Env): Step => {
  if (state.phase.at === 'closed' || state.phase.at === 'relayed') return [state, []];
  switch (event.on) {
    case 'auth-ready':
      return authReady(state, env);
    case 'auth-missing': {
      const blocked: ClientState = { ...state, phase: { at: 'blocked', greeted: state.phase.at !== 'greeting' } };
      return [blocked, notice(env)];
    }
    case 'imap':
      return imapInput(state, env, event.input);
    case 'pop3':
      return pop3Input(state, env, event.input);
    case 'sasl-line':
      return 'read' in event.line ? saslTooLarge(state, env) : saslResponse(state, env, event.line.line);
    case 'auth-continue':
      return saslChallenge(state, event.data);
    case 'auth-ok':
      return authOk(state, env, event.params);
    case 'auth-fail':
      return authFail(state, env, event.params);
    case 'auth-lost':
      return authLost(state, env);
    case 'proxied': {
      const reply = repliesOf(env).loggedIn(state, event.reply, event.capability);
      return [{ ...state, phase: { at: 'relayed' } }, [send(reply), { do: 'relay' }]];
    }
    case 'proxy-failed':
      return proxyFailed(state, env, event);
    case 'tls-up':
      return [tlsUp(state, event.facts, event.localName), []];
    case 'timeout':
      return event.timer === 'login' ? loginTimeout(state, env) : waitingTimeout(state, env);
    case 'gone':
      return part(state, env, event.reason, '');
    case 'tls-failed':
      return tlsFailed(state, env, event.error);
    case 'stop':
      return disconnect(state, env, event.kind, event.reason, event.reason);
    case 'kick':
      return kick(state, env, event.reason);
    default:
      return assertNever(event);
  }
};

const authReady = (state: ClientState, env: Env): Step => {
  const isGreeted = state.phase.at !== 'greeting' && (state.phase.at !== 'blocked' || state.phase.greeted);
  if (isGreeted) return [state.phase.at === 'blocked' ? { ...state, phase: { at: 'command' } } : state, []];
  const apop = env.protocol === 'pop3' ? apopChallenge(env) : undefined;
  const next: ClientState = { ...state, apop, phase: { at: 'command' } };
  return [next, [{ do: 'disarm-waiting' }, send(repliesOf(env).greeting(next, env))]];
};

const notice = (env: Env): readonly Effect[] => {
  const bytes = repliesOf(env).notice('waiting', WAITING);
  return bytes === '' ? [] : [send(bytes)];
};

const waitingTimeout = (state: ClientState, env: Env): Step => {
  const isGreeted = state.phase.at !== 'greeting' && (state.phase.at !== 'blocked' || state.phase.greeted);
  if (isGreeted) return [state, notice(env)];
  const text = 'Auth process not responding, delayed sending initial response (greeting)';
  return [state, [{ ...info(state, env, 'auth_not_responding', text), level: 'warning' }, ...notice(env)]];
};

type ProxyFailed = Extract<ClientEvent, { on: 'proxy-failed' }>;

const proxyFailed = (before: ClientState, env: Env, { code, reply, referral }: ProxyFailed): Step => {
  const replies = repliesOf(env);
  const state: ClientState = { ...before, phase: { at: 'command' } };
  switch (code) {
    case 'auth':
    case 'auth-tempfail': {
      const refused = { ...state, attempts: { ...state.attempts, backendRefused: true } };
      if (referral !== undefined) return [refused, [send(replies.referral(state, referral, undefined))]];
      return [refused, [send(replies.backendRefusal(state, reply))]];
    }
    case 'internal-config':
    case 'remote-config':
      return [state, [send(replies.proxyFailure(state, 'configuration'))]];
    case 'connect':
    case 'internal':
    case 'remote':
    case 'protocol':
      return [state, [send(replies.proxyFailure(state, 'temporary'))]];
    default:
      return assertNever(code);
  }
};

const tlsFailed = (state: ClientState, env: Env, error: string): Step => {
  const failed: ClientState = { ...state, tls: { tls: 'handshaking', error } };
  return part(failed, env, error === '' ? 'Connection closed' : `Connection closed: ${error}`, '');
};

/** The client sees the end alone. */
const kick = (state: ClientState, env: Env, reason: string): Step => {
  const [next, effects] = part(state, env, reason, '');
  const line = info(state, env, 'proxy_session_finished', reason);
  return [next, effects.map((effect) => (effect.do === 'log' ? line : effect))];
};
