/**
 * What a client says before its first command (auth_client_input()):
 *
 *     VERSION -> CPID -> done
 *     at wait-version -> wait-cpid -> done, or refused
 */
import { AUTH_MAJOR, type ByteString, parseAuthVersion, parseCpid, WireError } from '@homing/wire';
import { printable } from './request-log.ts';

export type Handshake =
  | { at: 'wait-version' }
  | { at: 'wait-cpid'; minor: number }
  | { at: 'done'; minor: number; pid: number }
  /** `text`: for the log; the connection ends. */
  | { at: 'refused'; text: string };

const MAX_LOGGED = 80;

export const handshakeLine = (state: Handshake, line: ByteString): Handshake => {
  switch (state.at) {
    case 'wait-version':
      return takeVersion(line);
    case 'wait-cpid':
      return takeCpid(line, state.minor);
    case 'done':
    case 'refused':
      return state;
  }
};

const takeVersion = (line: ByteString): Handshake => {
  try {
    const { major, minor } = parseAuthVersion(line);
    if (major === AUTH_MAJOR) return { at: 'wait-cpid', minor };
    const text = 'Authentication client not compatible with this server (mixed old and new binaries?)';
    return { at: 'refused', text };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    // Dovecot logs this line with its TABs.
    const shown = line.split('\t').map((field) => printable(field, MAX_LOGGED));
    return { at: 'refused', text: `Authentication client sent invalid VERSION line: ${shown.join('\t')}` };
  }
};

const takeCpid = (line: ByteString, minor: number): Handshake => {
  if (!line.startsWith('CPID\t')) {
    const text = `BUG: Authentication client sent unknown handshake command: ${printable(line, MAX_LOGGED)}`;
    return { at: 'refused', text };
  }
  const pid = parseCpid(line);
  return pid === undefined
    ? { at: 'refused', text: "BUG: Authentication client said it's PID 0" }
    : { at: 'done', minor, pid };
};
