/**
 * Text from the wire: one character per byte (latin1), so nothing is lost on invalid UTF-8. Never call `toLowerCase()`
 * on one: it folds 0xC0 to 0xE0. Decode to UTF-8 only for SQL or LDAP parameters and log text.
 */
export type ByteString = string;

/** Of such text the built-in functions change nothing else, and are faster. */
const ASCII = /^[\0-\x7f]*$/;

/** Folds ASCII letters only, as Dovecot's `i_tolower()` in the C locale does. */
export const asciiLower = (text: ByteString): ByteString =>
  ASCII.test(text) ? text.toLowerCase() : text.replace(/[A-Z]+/g, (run) => run.toLowerCase());

export const asciiUpper = (text: ByteString): ByteString =>
  ASCII.test(text) ? text.toUpperCase() : text.replace(/[a-z]+/g, (run) => run.toUpperCase());

/** UTF-8 encodes a JavaScript string into wire bytes. */
export const bytesFromText = (text: string): ByteString => Buffer.from(text, 'utf8').toString('latin1');

/** Reads wire bytes as UTF-8; invalid sequences become U+FFFD, so use it for display and database parameters only. */
export const textFromBytes = (bytes: ByteString): string => Buffer.from(bytes, 'latin1').toString('utf8');
