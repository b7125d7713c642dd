/**
 * How Dovecot writes a string argument to a backend (lib-imap/imap-quote.c, imap_append_nstring): quoted, or as a
 * literal if it has CR, LF, 8-bit bytes or more than four characters to escape. The literal's bytes follow at once, the
 * backend's `+ OK` is not waited for (captured).
 */
import type { ByteString } from '../line/bytes.ts';

const MAX_ESCAPES = 4;

/** `value` must hold no NUL: neither form can carry one. */
export const backendString = (value: ByteString): ByteString => {
  if (needsLiteral(value)) return `{${value.length}}\r\n${value}`;
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
};

export const backendNString = (value: ByteString | undefined): ByteString =>
  value === undefined ? 'NIL' : backendString(value);

const needsLiteral = (value: ByteString): boolean =>
  /[\r\n\x80-\xff]/.test(value) || (value.match(/["\\]/g)?.length ?? 0) > MAX_ESCAPES;
