/**
 * What the IMAP and the POP3 leg share. A leg is the dialogue with one backend connection, from its greeting to the
 * reply to our login: pure, one `LegEvent` in, the next state and the effects out, in the order they must happen.
 */
import type { ByteString, Referral } from '@homing/wire';
import type { ClientReferral, ProxyErrorCode } from '../proxy-login.ts';
import type { SaslMechanism } from './sasl-client.ts';

/** Why an attempt failed. `text` is for the log; `reply` and `referral` as in `ProxyError`. */
export type ProxyFailure = { code: ProxyErrorCode; text: string; reply?: ByteString; referral?: ClientReferral };

/** What the leg has to do; the same for every attempt of one login. */
export type LegTask = {
  readonly user: ByteString;
  readonly password: ByteString;
  readonly masterUser: ByteString | undefined;
  /** Undefined: `LOGIN`, or `USER` and `PASS`. */
  readonly mechanism: SaslMechanism | undefined;
  /** `starttls`: TLS is asked for in the dialogue. `immediate`: it came before the greeting. */
  readonly tls: 'none' | 'immediate' | 'starttls';
  readonly pipelining: boolean;
  /** The whole line that tells the backend about the client, with CRLF; undefined with `proxy_not_trusted`. */
  readonly introduction: ByteString | undefined;
  /** IMAP: the client sent CAPABILITY itself. */
  readonly sentCapability: boolean;
};

export type LegEvent = { on: 'line'; line: ByteString } | { on: 'tls' };

export type LegEffect =
  | { do: 'send'; bytes: ByteString }
  /** To the client, without CRLF. */
  | { do: 'forward'; line: ByteString }
  | { do: 'start-tls' }
  /** To the log, at error level; the dialogue goes on. */
  | { do: 'complain'; text: string }
  | { do: 'fail'; failure: ProxyFailure }
  /** The backend wants the user to be elsewhere (Dovecot 2.4). */
  | { do: 'redirect'; to: Referral }
  /** `reply` as in `ProxiedSession`. */
  | { do: 'logged-in'; reply: ByteString; capability: ByteString | undefined };

export type Leg<State> = {
  readonly start: State;
  step(task: LegTask, state: State, event: LegEvent): readonly [State, readonly LegEffect[]];
  /** As `state=` in Dovecot's log lines. */
  describe(state: State): string;
};

/** One quoted backend line in our log: control bytes as `?`, cut as Dovecot's str_sanitize(line, 160). */
export const sanitized = (line: ByteString): string => {
  const shown = line.replace(/[\0-\x1f\x7f]/g, '?');
  return shown.length > 160 ? `${shown.slice(0, 157)}...` : shown;
};

export const fail = (code: ProxyErrorCode, text: string, reply?: ByteString): LegEffect => ({
  do: 'fail',
  failure: reply === undefined ? { code, text } : { code, text, reply },
});
