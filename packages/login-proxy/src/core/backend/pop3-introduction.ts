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
  { session, endpoints, hop }: Pick<ClientContext, 'session' | 'endpoints' | 'hop'>,
  ttl: number,
  forward: readonly ForwardField[],
): ByteString => {
  const { rip, rport, lip, lport } = endpoints;
  const pairs = forward.map(({ key, value }) => escapeTab(value === undefined ? key : `${key}=${value}`));
  const words = [
    `XCLIENT ADDR=${rip} PORT=${rport}`,
    ...(hop.destination ? [`DESTADDR=${lip} DESTPORT=${lport}`] : []),
    `SESSION=${session.replace(/[^\x21-\x7e]/g, '')} TTL=${ttl}`,
    ...(hop.transport === undefined ? [] : [`CLIENT-TRANSPORT=${hop.transport}`]),
    ...(hop.name === undefined ? [] : [`DESTNAME=${hop.name}`]),
    ...(pairs.length === 0 ? [] : [`FORWARD=${encodeBase64(pairs.join('\t'))}`]),
  ];
  return `${words.join(' ')}\r\n`;
};

export const fitsPop3Xclient = (line: ByteString): boolean => line.length <= MAX_LINE;
