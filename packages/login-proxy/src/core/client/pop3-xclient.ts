/** XCLIENT and XOIP: how a trusted proxy introduces its client to a POP3 server (pop3-login/client.c). */
import { asciiUpper, type ByteString, decodeBase64, splitTabs, WireError } from '@homing/wire';
import { type Step, send } from './event.ts';
import { withForwarded, withForwardField } from './forwarded.ts';
import type { ClientState } from './state.ts';

const KEYS: Readonly<Record<string, string>> = {
  ADDR: 'rip',
  PORT: 'rport',
  SESSION: 'session',
  TTL: 'ttl',
  DESTADDR: 'lip',
  DESTPORT: 'lport',
  DESTNAME: 'name',
  'CLIENT-TRANSPORT': 'transport',
};

export const xclient = (before: ClientState, args: ByteString): Step => {
  if (!before.trusted) return [before, [send('+OK You are not from trusted IP - ignoring\r\n')]];
  let state = before;
  let isValid = true;
  for (const arg of args.split(' ')) {
    const eq = arg.indexOf('=');
    const key = asciiUpper(arg.slice(0, Math.max(0, eq)));
    const value = arg.slice(eq + 1);
    const next = key === 'FORWARD' ? withForward(state, value) : withForwarded(state, KEYS[key] ?? '', value);
    if (next === undefined) isValid = false;
    else if (key === 'DESTADDR' || key === 'DESTPORT') state = { ...next, hop: { ...next.hop, destination: true } };
    else state = next;
  }
  return [state, [send(isValid ? '+OK Updated\r\n' : '-ERR Invalid parameters\r\n')]];
};

/** Base64 of a TAB-joined list whose fields are escaped. It replaces what was forwarded before. */
const withForward = (state: ClientState, value: ByteString): ClientState | undefined => {
  try {
    const fields = splitTabs(decodeBase64(value));
    return fields.reduce(withForwardField, { ...state, forwardFields: [] });
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
};
