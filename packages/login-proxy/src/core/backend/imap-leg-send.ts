/** The commands of the IMAP leg, each put off to the right moment: STARTTLS or the login, CAPABILITY before it. */
import { type ByteString, backendString, encodeBase64, hasCapability } from '@homing/wire';
import { type ImapLegState, type ImapStep, withSent } from './imap-leg-state.ts';
import { fail, type LegTask } from './leg.ts';
import { initialResponse, type SaslState, startSasl } from './sasl-client.ts';

/** What follows the ID: `S STARTTLS` if TLS is still to come, else the login. */
export const sendStartTlsOrLogin = (task: LegTask, state: ImapLegState): ImapStep => {
  if (task.tls !== 'starttls') return sendLogin(task, state);
  if (state.capability !== undefined && !hasCapability(state.capability, 'STARTTLS')) {
    return [{ ...state, at: 'done' }, [fail('remote-config', 'STARTTLS not supported')]];
  }
  return [withSent(state, 'starttls'), [{ do: 'send', bytes: 'S STARTTLS\r\n' }]];
};

/** `C CAPABILITY` if the list is unknown or the client will expect an untagged one, then the login command. */
export const sendLogin = (task: LegTask, state: ImapLegState): ImapStep => {
  if (!state.askedCapability && (state.capability === undefined || task.sentCapability)) {
    const asked = withSent({ ...state, askedCapability: true }, 'capability');
    const bytes = 'C CAPABILITY\r\n';
    return task.pipelining ? prefixed(bytes, sendLogin(task, asked)) : [asked, [{ do: 'send', bytes }]];
  }
  if (task.mechanism !== undefined) return sendAuthenticate(task, state, startSasl(task.mechanism));
  if (state.loginDisabled && task.tls === 'none') {
    const text = 'LOGINDISABLED advertised, but SSL/TLS not enabled';
    return [{ ...state, at: 'done' }, [fail('remote-config', text)]];
  }
  const bytes = `L LOGIN ${backendString(task.user)} ${backendString(task.password)}\r\n`;
  return [withSent(state, 'login'), [{ do: 'send', bytes }]];
};

const sendAuthenticate = (task: LegTask, state: ImapLegState, sasl: SaslState): ImapStep => {
  const authenticating = withSent(state, 'authenticate');
  const command = `L AUTHENTICATE ${sasl.mechanism}`;
  if (!state.saslIr) return [{ ...authenticating, sasl }, [{ do: 'send', bytes: `${command}\r\n` }]];
  const first = initialResponse(sasl, task);
  const bytes = `${command} ${first.answer === '' ? '=' : encodeBase64(first.answer)}\r\n`;
  return [{ ...authenticating, sasl: first.state }, [{ do: 'send', bytes }]];
};

/** The same step with `bytes` in front of what it sends, so that one flight leaves in one write. */
export const prefixed = (bytes: ByteString, [state, effects]: ImapStep): ImapStep => {
  const [first, ...others] = effects;
  if (first?.do === 'send') return [state, [{ do: 'send', bytes: bytes + first.bytes }, ...others]];
  return [state, effects];
};
