/**
 * The client side of SASL towards a backend (lib-sasl/mech-*.c): the five mechanisms of Dovecot 2.3. Bytes here are
 * raw, base64 is the protocol's matter.
 */
import { asciiUpper, assertNever, type ByteString, decodeBase64, WireError } from '@homing/wire';

export const SASL_MECHANISMS = ['PLAIN', 'LOGIN', 'EXTERNAL', 'XOAUTH2', 'OAUTHBEARER'] as const;
export type SaslMechanism = (typeof SASL_MECHANISMS)[number];

export const findSaslMechanism = (name: string): SaslMechanism | undefined =>
  SASL_MECHANISMS.find((mechanism) => mechanism === asciiUpper(name));

export type SaslIdentity = {
  /** Who logs in; `authid`, unless a master user does it for them. */
  readonly user: ByteString;
  readonly masterUser: ByteString | undefined;
  /** Or the token. */
  readonly password: ByteString;
};

/** How many messages were sent. An empty initial response of LOGIN counts as none. */
export type SaslState = { readonly mechanism: SaslMechanism; readonly sent: number };

export type SaslAnswer = { answer: ByteString; state: SaslState } | { error: string };

export const startSasl = (mechanism: SaslMechanism): SaslState => ({ mechanism, sent: 0 });

/** The initial response; LOGIN has none and sends an empty one. */
export const initialResponse = (state: SaslState, identity: SaslIdentity): { answer: ByteString; state: SaslState } =>
  state.mechanism === 'LOGIN' ? { answer: '', state } : { answer: message(state, identity), state: advanced(state) };

/** The answer to a challenge. Errors are Dovecot's texts. */
export const respondToChallenge = (state: SaslState, identity: SaslIdentity, challenge: ByteString): SaslAnswer => {
  if (challenge.includes('\0')) return { error: 'Unexpected NUL in input data' };
  if (state.sent === messageCount(state.mechanism)) return afterLastMessage(state, challenge);
  if (state.mechanism !== 'LOGIN' && challenge !== '') return { error: 'Server sent non-empty initial response' };
  return { answer: message(state, identity), state: advanced(state) };
};

/** A challenge as it stands on the wire; undefined if it is no base64. */
export const decodeChallenge = (text: ByteString): ByteString | undefined => {
  try {
    return decodeBase64(text);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
};

const messageCount = (mechanism: SaslMechanism): number => (mechanism === 'LOGIN' ? 2 : 1);

const advanced = (state: SaslState): SaslState => ({ ...state, sent: state.sent + 1 });

const message = ({ mechanism, sent }: SaslState, { user, masterUser, password }: SaslIdentity): ByteString => {
  const authid = masterUser ?? user;
  switch (mechanism) {
    case 'PLAIN':
      return `${user}\0${authid}\0${password}`;
    case 'LOGIN':
      return sent === 0 ? authid : password;
    case 'EXTERNAL':
      return user;
    case 'XOAUTH2':
      return `user=${authid}\x01auth=Bearer ${password}\x01\x01`;
    case 'OAUTHBEARER':
      return `n,a=${authid},\x01auth=Bearer ${password}\x01\x01`;
    default:
      return assertNever(mechanism);
  }
};

/** The token mechanisms report failure in one more challenge (RFC 7628 3.2.2); the others are over. */
const afterLastMessage = (state: SaslState, challenge: ByteString): SaslAnswer => {
  if (state.mechanism !== 'XOAUTH2' && state.mechanism !== 'OAUTHBEARER') {
    return { error: "Server didn't finish authentication" };
  }
  if (challenge === '') return { answer: '', state };
  const status = tokenFailureStatus(challenge);
  return { error: status === undefined ? 'Error parsing JSON reply' : `Failed to authenticate: ${status}` };
};

const tokenFailureStatus = (json: ByteString): string | undefined => {
  try {
    const reply: unknown = JSON.parse(json);
    if (typeof reply !== 'object' || reply === null || !('status' in reply)) return undefined;
    const { status } = reply;
    return typeof status === 'string' || typeof status === 'number' ? String(status) : undefined;
  } catch {
    return undefined;
  }
};
