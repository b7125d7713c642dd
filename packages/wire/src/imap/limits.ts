/** What a client may make us hold before it has logged in (client-common.h, imap-login-client.h). */

/** All arguments of one command together (IMAP_LOGIN_MAX_LINE_LENGTH). */
export const IMAP_MAX_LINE_SIZE = 8192;

/** ID alone may be longer: RFC 2971 3.3 allows 30 pairs of 30 and 1024 bytes. Dovecot has no such limit. */
export const IMAP_MAX_ID_SIZE = 32_768;

/** RFC 2971 3.3 */
export const IMAP_ID_KEY_MAX_LEN = 30;

export const IMAP_TAG_MAX_LEN = 126;

/** With LITERAL- a non-synchronizing literal is no longer than this (RFC 7888 4). */
export const IMAP_LITERAL_MINUS_MAX = 4096;
