/**
 * Lines of a POP3 backend during the login dialogue (pop3-login/pop3-proxy.c). Dovecot compares prefixes only: `+OKAY`
 * counts as success, `-ERR` without a space does not count as an error text for the client.
 */
import type { ByteString } from '../line/bytes.ts';

export type Pop3BackendReply =
  | { cmd: '+OK'; text: ByteString }
  | { cmd: '+'; text: ByteString }
  | { cmd: '-ERR'; text: ByteString; isTemporary: boolean }
  | { cmd: 'unknown' };

/** `text`: what follows the status and its space. */
export const parsePop3BackendReply = (line: ByteString): Pop3BackendReply => {
  if (line.startsWith('+OK')) return { cmd: '+OK', text: line.slice(line[3] === ' ' ? 4 : 3) };
  if (line.startsWith('+ ')) return { cmd: '+', text: line.slice(2) };
  if (line.startsWith('-ERR ')) {
    const text = line.slice(5);
    return { cmd: '-ERR', text, isTemporary: text.startsWith('[SYS/TEMP]') };
  }
  return { cmd: 'unknown' };
};

/** A Dovecot backend that trusts us announces XCLIENT in its greeting, as a literal prefix. */
export const announcesXclient = (greeting: ByteString): boolean => greeting.startsWith('+OK [XCLIENT]');
