/**
 * What a client that has not logged in yet sent and nobody decoded so far, seen through a window of
 * LOGIN_MAX_INBUF_SIZE as Dovecot's input stream is: a token or line must end inside it.
 */
import type { ByteString } from './bytes.ts';

/** Bytes of one IMAP argument or POP3 command line, or of a line that is being skipped (client-common.h). */
export const LOGIN_MAX_INBUF_SIZE = 1026;

/** Base64 of one SASL response, its CR included (LOGIN_MAX_AUTH_BUF_SIZE). */
export const SASL_MAX_LINE_SIZE = 8192;

export type SaslLine = { line: ByteString } | { read: 'sasl-too-large' };

export type ClientInput = {
  readonly push: (bytes: ByteString) => void;
  /** The unread bytes are `bytes()` from `start()`; a token must be complete before `limit()`. */
  readonly bytes: () => ByteString;
  readonly start: () => number;
  readonly limit: () => number;
  readonly consume: (count: number) => void;
  readonly skipSpaces: () => number;
  /** True when what is unread fills the window and there is more: waiting for its end is pointless. */
  readonly isFull: () => boolean;
  /** Consumes a line; false until its LF is in the window. */
  readonly skipLine: () => boolean;
  /** The next line without LF and one CR before it. */
  readonly line: () => ByteString | undefined;
  /** Consumes a word and one space after it. CR and LF end it too and stay. Empty or with a special: invalid. */
  readonly word: (specials: RegExp) => { word: ByteString } | 'invalid' | undefined;
  readonly saslLine: () => SaslLine | undefined;
  readonly pending: () => number;
  readonly takeRest: () => ByteString;
};

export const createClientInput = (): ClientInput => {
  let unread = '';
  let at = 0;
  const limit = (): number => Math.min(unread.length, at + LOGIN_MAX_INBUF_SIZE);

  const line = (): ByteString | undefined => {
    const end = unread.indexOf('\n', at);
    if (end === -1 || end >= limit()) return undefined;
    const text = unread.slice(at, end);
    at = end + 1;
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  };

  return {
    push(chunk) {
      unread = at === unread.length ? chunk : unread.slice(at) + chunk;
      at = 0;
    },
    bytes: () => unread,
    start: () => at,
    limit,
    consume(count) {
      at += count;
    },
    skipSpaces() {
      const from = at;
      while (unread[at] === ' ') at++;
      return at - from;
    },
    isFull: () => unread.length - at > LOGIN_MAX_INBUF_SIZE,
    skipLine: () => line() !== undefined,
    line,
    word(specials) {
      for (let i = at; i < limit(); i++) {
        const c = unread[i] ?? '';
        if (c === ' ' || c === '\r' || c === '\n') {
          const word = unread.slice(at, i);
          at = c === ' ' ? i + 1 : i;
          return word === '' ? 'invalid' : { word };
        }
        if (specials.test(c)) return 'invalid';
      }
      return undefined;
    },
    saslLine() {
      const end = unread.indexOf('\n', at);
      if ((end === -1 ? unread.length : end) - at > SASL_MAX_LINE_SIZE) return { read: 'sasl-too-large' };
      if (end === -1) return undefined;
      const text = unread.slice(at, end);
      at = end + 1;
      return { line: text.endsWith('\r') ? text.slice(0, -1) : text };
    },
    pending: () => unread.length - at,
    takeRest() {
      const rest = unread.slice(at);
      unread = '';
      at = 0;
      return rest;
    },
  };
};
