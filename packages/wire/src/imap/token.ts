/**
 * The tokens of a command's arguments, as leniently as lib-imap/imap-parser.c reads them: atoms may hold resp-specials
 * and wildcards, spaces may repeat, a line may end in a bare LF. Error texts are Dovecot's; clients see them after BAD.
 */
import type { ByteString } from '../line/bytes.ts';

export type ImapToken =
  /** The token is not complete within the bytes given. */
  | { token: 'more' }
  | { token: 'atom' | 'string'; text: ByteString; end: number }
  | { token: 'open' | 'close' | 'eol'; end: number }
  /** `{size}` or `{size+}`, whose line end and data follow. */
  | { token: 'literal'; size: number; sync: boolean; end: number }
  | { token: 'error'; text: string }
  | { token: 'literal-too-big'; text: string };

const MORE: ImapToken = { token: 'more' };

const error = (text: string): ImapToken => ({ token: 'error', text });

/** `start` is at the token itself, past spaces; `inList` decides whether `)` ends an atom. */
export const readImapToken = (bytes: ByteString, start: number, limit: number, inList: boolean): ImapToken => {
  if (start >= limit) return MORE;
  switch (bytes[start]) {
    case '\r':
      if (start + 1 >= limit) return MORE;
      return bytes[start + 1] === '\n' ? { token: 'eol', end: start + 2 } : error('CR sent without LF');
    case '\n':
      return { token: 'eol', end: start + 1 };
    case '(':
      return { token: 'open', end: start + 1 };
    case ')':
      return inList ? { token: 'close', end: start + 1 } : error("Unexpected ')'");
    case '"':
      return readQuoted(bytes, start, limit);
    case '{':
      return readLiteralHeader(bytes, start, limit);
    case '~':
      if (start + 1 >= limit) return MORE;
      return bytes[start + 1] === '{' ? error('literal8 not allowed here') : readAtom(bytes, start, limit, inList);
    default:
      return readAtom(bytes, start, limit, inList);
  }
};

const readAtom = (bytes: ByteString, start: number, limit: number, inList: boolean): ImapToken => {
  for (let i = start; i < limit; i++) {
    const c = bytes.charCodeAt(i);
    if (c === 0x20 || c === 0x0d || c === 0x0a) return { token: 'atom', text: bytes.slice(start, i), end: i };
    if (c === 0x29) {
      return inList ? { token: 'atom', text: bytes.slice(start, i), end: i } : error("Unexpected ')'");
    }
    if (c < 0x20 || c === 0x28 || c === 0x7b || c === 0x22 || c === 0x7f) return error('Invalid characters in atom');
    if (c >= 0x80) return error('8bit data in atom');
  }
  return MORE;
};

const readQuoted = (bytes: ByteString, start: number, limit: number): ImapToken => {
  let escaped = false;
  for (let i = start + 1; i < limit; i++) {
    let c = bytes[i];
    if (c === '"') {
      const raw = bytes.slice(start + 1, i);
      return { token: 'string', text: escaped ? raw.replace(/\\([\s\S])/g, '$1') : raw, end: i + 1 };
    }
    if (c === '\\') {
      escaped = true;
      i++;
      if (i >= limit) return MORE;
      c = bytes[i];
    }
    if (c === '\0') return error('NULs not allowed in strings');
    if (c === '\r' || c === '\n') return error("Missing '\"'");
  }
  return MORE;
};

/** Enough digits to be over every limit, few enough to stay exact. */
const MAX_SIZE_DIGITS = 15;

const readLiteralHeader = (bytes: ByteString, start: number, limit: number): ImapToken => {
  let sync = true;
  let size = 0;
  for (let i = start + 1; i < limit; i++) {
    const c = bytes[i] ?? '';
    if (c === '}') return { token: 'literal', size, sync, end: i + 1 };
    if (!sync) return error("Expecting '}' after '+'");
    if (c === '+') {
      sync = false;
      continue;
    }
    if (c < '0' || c > '9') return error('Invalid literal size');
    if (i - start > MAX_SIZE_DIGITS) return { token: 'literal-too-big', text: 'Literal size too large' };
    size = size * 10 + Number(c);
  }
  return MORE;
};
