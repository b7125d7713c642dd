/** The words of one client protocol for what both have in common. All are whole lines with CRLF. */
import type { ByteString } from '@homing/wire';
import type { ClientReferral } from '../proxy-login.ts';
import type { AuthResult } from './auth-outcome.ts';
import type { Env } from './event.ts';
import type { ClientState } from './state.ts';

/** Why the server ends the connection (client_disconnect_reason). */
export type DisconnectClass = 'timeout' | 'shutdown' | 'resources' | 'internal';

export type Replies = {
  readonly greeting: (state: ClientState, env: Env) => ByteString;
  readonly failure: (state: ClientState, result: AuthResult, text: ByteString) => ByteString;
  /** `text` undefined: it comes of a backend's redirect, which 2.3 knows nothing of. */
  readonly referral: (state: ClientState, referral: ClientReferral, text: ByteString | undefined) => ByteString;
  readonly proxyFailure: (state: ClientState, kind: 'temporary' | 'configuration') => ByteString;
  /** `reply`: the backend's words, or undefined where the client gets ours. */
  readonly backendRefusal: (state: ClientState, reply: ByteString | undefined) => ByteString;
  readonly loggedIn: (state: ClientState, reply: ByteString, capability: ByteString | undefined) => ByteString;
  readonly disconnect: (kind: DisconnectClass, text: ByteString) => ByteString;
  /** A notice between replies; protocols without such lines say nothing. */
  readonly notice: (kind: 'waiting' | 'exposed', text: ByteString) => ByteString;
  readonly startTls: (state: ClientState, isStarted: boolean, text: ByteString) => ByteString;
};

export const ACCOUNT_UNAVAILABLE = 'Account is temporarily unavailable.';
