import type { Env } from './event.ts';
import { advertisedMechanisms, isLoginDisabled, isTlsOffered } from './security.ts';
import type { ClientState } from './state.ts';

const BANNER = 'IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE';

/** What is offered before login. `imap_capability` that begins with `+` adds to the defaults, any other replaces them. */
export const imapCapability = (state: ClientState, env: Env): string => {
  const { imap_capability: own, imap_literal_minus: literalMinus } = env.settings;
  const isReplaced = own !== '' && !own.startsWith('+');
  const words = isReplaced ? own : `${BANNER}${own === '' ? '' : ` ${own.slice(1)}`}`;
  const literals = isReplaced ? '' : literalMinus ? ' LITERAL-' : ' LITERAL+';
  const startTls = isTlsOffered(state, env) ? ' STARTTLS' : '';
  const loginDisabled = isLoginDisabled(state, env) ? ' LOGINDISABLED' : '';
  const mechanisms = advertisedMechanisms(state, env).map(({ name }) => ` AUTH=${name}`);
  return words + literals + startTls + loginDisabled + mechanisms.join('');
};
