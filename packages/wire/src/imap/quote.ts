import type { ByteString } from '../line/bytes.ts';

/** A quoted string; CR, LF, NUL and 8-bit bytes, which it cannot hold, are left out (imap_append_quoted()). */
export const imapQuoted = (text: ByteString): ByteString =>
  `"${text.replace(/[\0\r\n\x80-\xff]/g, '').replace(/["\\]/g, '\\$&')}"`;
