/**
 * Logs in to an IMAP backend as imap-login/imap-proxy.c of Dovecot 2.3 does, byte for byte:
 *
 *     B: * OK [CAPABILITY ...] ready
 *     P: I ID (...)   C CAPABILITY   L LOGIN "user" "pass"          one flight; each only if needed
 *     P: I ID (...)   S STARTTLS     B: S OK   (TLS)   P: C CAPABILITY   L LOGIN ...
 *     B: L OK [CAPABILITY ...] Logged in                            what follows belongs to the relay
 *
 * The capabilities of the greeting stay in use after STARTTLS. A reply to a command that was not sent is skipped with a
 * complaint (Dovecot believes it), so that nothing said before TLS can pass for the login's reply.
 */
import { assertNever, type ByteString, hasCapability, parseImapBackendBanner } from '@homing/wire';
import { answerImapReply } from './imap-leg-reply.ts';
import { prefixed, sendLogin, sendStartTlsOrLogin } from './imap-leg-send.ts';
import { IMAP_SENT, type ImapLegState, type ImapStep, imapLegStart, withSent } from './imap-leg-state.ts';
import { fail, type Leg, type LegTask, sanitized } from './leg.ts';

export const imapLeg: Leg<ImapLegState> = {
  start: imapLegStart,
  step(task, state, event) {
    switch (state.at) {
      case 'banner':
        return event.on === 'line' ? takeBanner(task, state, event.line) : [state, []];
      case 'tls':
        return event.on === 'tls' ? sendLogin(task, { ...state, at: 'dialogue' }) : [state, []];
      case 'dialogue':
        return event.on === 'line' ? answerImapReply(task, state, event.line) : [state, []];
      case 'done':
        return [state, []];
      default:
        return assertNever(state.at);
    }
  },
  describe: ({ sent, received }) => `${IMAP_SENT.filter((name) => sent.has(name)).join('+')}/${received}`,
};

const takeBanner = (task: LegTask, before: ImapLegState, line: ByteString): ImapStep => {
  const banner = parseImapBackendBanner(line);
  const state: ImapLegState = { ...before, at: 'dialogue', received: 'banner' };
  if (banner === undefined) return [{ ...state, at: 'done' }, [fail('protocol', `Invalid banner: ${sanitized(line)}`)]];
  const list = banner.capability;
  if (list === undefined) return sendStartTlsOrLogin(task, state);
  const informed: ImapLegState = {
    ...state,
    capability: list,
    saslIr: hasCapability(list, 'SASL-IR'),
    loginDisabled: hasCapability(list, 'LOGINDISABLED'),
  };
  if (task.introduction === undefined || !hasCapability(list, 'ID')) return sendStartTlsOrLogin(task, informed);
  const introduced = withSent(informed, 'id');
  if (!task.pipelining) return [introduced, [{ do: 'send', bytes: task.introduction }]];
  return prefixed(task.introduction, sendStartTlsOrLogin(task, introduced));
};
