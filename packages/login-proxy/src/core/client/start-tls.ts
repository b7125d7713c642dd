/** STARTTLS and STLS (client_cmd_starttls()). */
import { type Env, type Step, send } from './event.ts';
import { repliesOf } from './parting.ts';
import type { ClientState, TlsFacts } from './state.ts';

export const startTls = (state: ClientState, env: Env): Step => {
  const replies = repliesOf(env);
  if (state.tls.tls !== 'off') return [state, [send(replies.startTls(state, false, 'TLS is already active.'))]];
  if (env.settings.ssl === 'no') return [state, [send(replies.startTls(state, false, "TLS support isn't enabled."))]];
  const next: ClientState = {
    ...state,
    phase: { at: 'handshake' },
    tls: { tls: 'handshaking' },
    secured: true,
    startedTls: true,
  };
  return [next, [send(replies.startTls(state, true, 'Begin TLS negotiation now.')), { do: 'start-tls' }]];
};

/** Implicit TLS: the greeting may still be due. */
export const tlsUp = (state: ClientState, facts: TlsFacts, localName: string | undefined): ClientState => ({
  ...state,
  phase: state.phase.at === 'handshake' ? { at: 'command' } : state.phase,
  tls: { tls: 'on', facts },
  localName: localName ?? state.localName,
});
