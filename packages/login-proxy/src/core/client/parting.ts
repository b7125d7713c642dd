/** The ends of a connection before its login: what the client is told, what the log says, what is called off. */
import { assertNever, type ByteString } from '@homing/wire';
import { extraDisconnectReason } from './disconnect-reason.ts';
import { type Effect, type Env, type LogEffect, type Step, send } from './event.ts';
import { imapReplies } from './imap-replies.ts';
import { formatLogLine } from './log-line.ts';
import { pop3Replies } from './pop3-replies.ts';
import type { DisconnectClass, Replies } from './replies.ts';
import type { ClientState } from './state.ts';

export const repliesOf = (env: Pick<Env, 'protocol'>): Replies => (env.protocol === 'imap' ? imapReplies : pop3Replies);

export const info = (state: ClientState, env: Env, event: string, message: ByteString): LogEffect => ({
  do: 'log',
  level: 'info',
  event,
  text: formatLogLine(state, env, message),
  fields: logFields(state, env),
});

export const logFields = (state: ClientState, env: Env): Record<string, string | number> => ({
  service: env.protocol,
  session: state.session,
  remote_ip: state.endpoints.rip,
  remote_port: state.endpoints.rport,
  local_ip: state.endpoints.lip,
  local_port: state.endpoints.lport,
  ...(state.name.user === undefined ? {} : { user: state.name.user }),
});

/** `bytes`: the last ones the client gets. */
export const part = (state: ClientState, env: Env, reason: string, bytes: ByteString): Step => {
  const extra = extraDisconnectReason(state, env);
  const effects: Effect[] = bytes === '' ? [] : [send(bytes)];
  effects.push(info(state, env, 'login_aborted', `Disconnected: ${reason} ${extra}`));
  if (state.phase.at === 'authenticating') effects.push({ do: 'cancel' });
  if (state.phase.at === 'proxying') effects.push({ do: 'abandon' });
  effects.push({ do: 'disarm-waiting' }, { do: 'close' });
  return [{ ...state, phase: { at: 'closed' } }, effects];
};

export const disconnect = (state: ClientState, env: Env, kind: DisconnectClass, text: string, reason: string): Step =>
  part(state, env, reason, repliesOf(env).disconnect(kind, text));

export const inputFull = (state: ClientState, env: Env): Step =>
  disconnect(state, env, 'resources', 'Input buffer full, aborting', 'Input buffer full');

export const saslTooLarge = (state: ClientState, env: Env): Step =>
  part(state, env, 'Authentication response too large', '');

/** 180 s after it connected (CLIENT_LOGIN_TIMEOUT_MSECS). */
export const loginTimeout = (state: ClientState, env: Env): Step => {
  switch (state.phase.at) {
    case 'authenticating': {
      const text = 'Disconnected for inactivity during authentication.';
      return disconnect(state, env, 'timeout', text, 'Inactivity during authentication');
    }
    case 'proxying': {
      const seconds = Math.floor(env.now / 1000) - Math.floor((state.attempts.firstAt ?? state.connectedAt) / 1000);
      const reason = `Timeout while finishing login (waited ${seconds} secs)`;
      const [next, effects] = disconnect(state, env, 'timeout', 'Timeout while finishing login.', reason);
      const error: LogEffect = { ...info(state, env, 'login_timeout', reason), level: 'error' };
      return [next, [error, ...effects]];
    }
    case 'greeting':
    case 'blocked':
    case 'command':
    case 'handshake':
      return disconnect(state, env, 'timeout', 'Disconnected for inactivity.', 'Inactivity');
    case 'relayed':
    case 'closed':
      return [state, []];
    default:
      return assertNever(state.phase);
  }
};
