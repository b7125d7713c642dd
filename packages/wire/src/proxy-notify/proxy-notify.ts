/**
 * Lines that login processes write while they proxy a session, once every `proxy_refresh` seconds (login-proxy.c,
 * notify-connection.c): the username used towards the backend, tab-escaped, and LF. Dovecot's director does not
 * unescape; ours does, so that users with a TAB in their name are kept as well.
 */
import type { ByteString } from '../line/bytes.ts';
import { escapeTab, unescapeTab } from '../line/escape.ts';

/** A line with its LF fits in 1024 bytes; a longer one ends the connection. */
export const PROXY_NOTIFY_MAX_LINE = 1023;

export const parseProxyNotify = (line: ByteString): ByteString => unescapeTab(line);

/** With its LF. */
export const encodeProxyNotify = (username: ByteString): ByteString => `${escapeTab(username)}\n`;
