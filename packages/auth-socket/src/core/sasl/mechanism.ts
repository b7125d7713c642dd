/**
 * A SASL mechanism: from the client's messages to a user name, and what to do next. Data is raw bytes, base64 already
 * taken off. State that a mechanism needs between messages is what the request shows (`request.user`).
 */
import type { ByteString, MechFlag } from '@homing/wire';
import type { AuthRequest } from '../request/auth-request.ts';

export type SaslStep =
  | { do: 'challenge'; data: ByteString }
  /** Ask the passdbs whether this is the password of `request.user`. */
  | { do: 'verify'; password: ByteString }
  /** Nobody needs to be asked. */
  | { do: 'succeed' }
  /** Refused; `reason` is for the log. */
  | { do: 'fail'; reason: string };

export type Mechanism = {
  /** Upper case. */
  readonly name: string;
  readonly flags: readonly MechFlag[];
  /** False: works without any passdb. */
  readonly needsPassdb: boolean;
  /** NUL bytes may stand in its messages. */
  readonly allowsNul: boolean;
  /** The initial response; undefined if the client sent none. */
  readonly begin: (request: AuthRequest, data: ByteString | undefined) => SaslStep;
  readonly proceed: (request: AuthRequest, data: ByteString) => SaslStep;
};

const EMPTY_CHALLENGE: SaslStep = { do: 'challenge', data: '' };

/** For mechanisms in which the client speaks first: without an initial response an empty challenge asks for it. */
export const clientFirst =
  (proceed: Mechanism['proceed']): Mechanism['begin'] =>
  (request, data) =>
    data === undefined ? EMPTY_CHALLENGE : proceed(request, data);
