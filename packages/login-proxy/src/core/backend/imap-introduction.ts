/**
 * The ID command that tells a trusting IMAP backend whose connection this is (imap-proxy.c, proxy_write_id). Order and
 * quoting are Dovecot's. Keys the backend's ID parser would choke on (over 30 bytes, imap-id.h) take all forward fields
 * with them: a login matters more than its decorations.
 */
import { type ByteString, backendNString, backendString } from '@homing/wire';
import type { ClientContext } from '../proxy-login.ts';
import type { ForwardField } from './proxy-target.ts';

const MAX_KEY = 30;
const MAX_VALUE = 1024;

/** With CRLF. `ttl`: what the next hop gets. */
export const imapIntroduction = (
  client: Pick<ClientContext, 'session' | 'endpoints' | 'clientId' | 'hop'>,
  ttl: number,
  forward: readonly ForwardField[],
): ByteString => {
  const { rip, rport, lip, lport } = client.endpoints;
  const list = [
    ...(client.clientId === undefined || client.clientId === '' ? [] : [client.clientId]),
    `"x-session-id" ${backendString(client.session)}`,
    `"x-originating-ip" "${rip}" "x-originating-port" "${rport}"`,
    `"x-connected-ip" "${lip}" "x-connected-port" "${lport}"`,
    `"x-proxy-ttl" "${ttl}"`,
    ...(client.hop.transport === undefined ? [] : [`"x-client-transport" "${client.hop.transport}"`]),
    ...(client.hop.name === undefined ? [] : [`"x-connected-name" ${backendString(client.hop.name)}`]),
    ...forward.map(({ key, value }) => `${backendString(`x-forward-${key}`)} ${backendNString(value)}`),
  ];
  return `I ID (${list.join(' ')})\r\n`;
};

export const fitsImapId = (forward: readonly ForwardField[]): boolean =>
  forward.every(({ key, value }) => `x-forward-${key}`.length <= MAX_KEY && (value ?? '').length <= MAX_VALUE);
