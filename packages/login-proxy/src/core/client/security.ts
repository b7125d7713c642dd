/** Who may log in how (spec of `secured` and of the MECH flags: sasl-server.c, client-common.c). */
import { asciiUpper, type ByteString, type Mech } from '@homing/wire';
import type { Env } from './event.ts';
import type { ClientState } from './state.ts';

const has = (mechanism: Mech, flag: string): boolean => mechanism.flags.includes(flag);

export const isTlsRequired = (state: ClientState, { settings }: Env): boolean =>
  !state.secured && settings.ssl === 'required';

export const isPlaintextAllowed = (state: ClientState, { settings }: Env): boolean =>
  state.secured || (!settings.disable_plaintext_auth && settings.ssl !== 'required');

/** Handshake order. IMAP and POP3 both accept anonymous logins. */
export const advertisedMechanisms = (state: ClientState, env: Env): readonly Mech[] => {
  if (isTlsRequired(state, env)) return [];
  const withPlaintext = state.secured || !env.settings.disable_plaintext_auth;
  return (env.auth?.mechanisms ?? []).filter(
    (mechanism) => !has(mechanism, 'private') && (withPlaintext || !has(mechanism, 'plaintext')),
  );
};

export const findMechanism = (env: Env, name: ByteString): Mech | undefined => {
  const wanted = asciiUpper(name);
  return env.auth?.mechanisms.find((mechanism) => asciiUpper(mechanism.name) === wanted);
};

export const isPrivate = (mechanism: Mech): boolean => has(mechanism, 'private');
export const isPlaintext = (mechanism: Mech): boolean => has(mechanism, 'plaintext');

export const isTlsOffered = (state: ClientState, { settings }: Env): boolean =>
  settings.ssl !== 'no' && state.tls.tls === 'off';

/** IMAP: LOGIN makes no sense (RFC 3501 6.2.3). */
export const isLoginDisabled = (state: ClientState, env: Env): boolean =>
  state.secured ? findMechanism(env, 'PLAIN') === undefined : !isPlaintextAllowed(state, env);
