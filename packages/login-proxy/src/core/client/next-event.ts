/** What a client's input means now: which of it is read in which phase. */
import { assertNever } from '@homing/wire';
import type { ClientDecoder } from './decoder.ts';
import type { ClientEvent, Env } from './event.ts';
import type { ClientState } from './state.ts';

/** Undefined: nothing to do until more bytes or another event come. What is not read now stays for later. */
export const nextEvent = (state: ClientState, decoder: ClientDecoder, env: Env): ClientEvent | undefined => {
  switch (state.phase.at) {
    case 'command':
      if (env.auth === undefined) return decoder.pending() > 0 ? { on: 'auth-missing' } : undefined;
      return decoder.nextCommand();
    case 'greeting':
      // imap-login listens before its greeting, pop3-login does not.
      return env.protocol === 'imap' && decoder.pending() > 0 ? { on: 'auth-missing' } : undefined;
    case 'authenticating': {
      if (state.phase.turn === 'server') return undefined;
      const line = decoder.nextSaslLine();
      return line === undefined ? undefined : { on: 'sasl-line', line };
    }
    case 'blocked':
    case 'handshake':
    case 'proxying':
    case 'relayed':
    case 'closed':
      return undefined;
    default:
      return assertNever(state.phase);
  }
};
