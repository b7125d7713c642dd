/**
 * The XCLIENT command that tells a trusting POP3 backend whose connection this is (pop3-proxy.c, proxy_send_login).
 * Backends read commands of at most 1024 bytes.
 */
import { type ByteString, encodeBase64, escapeTab } from '@homing/wire';
import type { ClientContext } from '../proxy-login.ts';
import type { ForwardField } from './proxy-target.ts';

const MAX_LINE = 1024;

/** With CRLF. `ttl`: what the next hop gets. */
export const pop3Introduction = (
  { session, endpoints }: Pick<ClientContext, 'session' | 'endpoints'>,
  ttl: number,
  forward: readonly ForwardField[],
): ByteString => {
  const line = `XCLIENT ADDR=${endpoints.rip} PORT=${endpoints.rport} SESSION=${session.replace(/[^\x21-\x7e]/g, '')} TTL=${ttl}`;
  if (forward.length === 0) return `${line}\r\n`;
  const pairs = forward.map(({ key, value }) => escapeTab(value === undefined ? key : `${key}=${value}`));
  return `${line} FORWARD=${encodeBase64(pairs.join('\t'))}\r\n`;
};

export const fitsPop3Xclient = (line: ByteString): boolean => line.length <= MAX_LINE;
