/**
 * A backend has sent a proxied session, or a mail, elsewhere, and Dovecot 2.4 asks again, because an earlier reply said
 * `proxy_redirect_reauth`: with EXTERNAL, offered or not, or with PASS. `proxy_redirect_host_next` is where the backend
 * points; `proxy_redirect_host_attempts` the peer checks itself. The answer follows the backend. `proxy_timeout` comes in
 * milliseconds there and means seconds in a reply: nothing of the question is ever part of the answer but host and port.
 */
import { type ByteString, parsePort } from '@homing/wire';
import { removeField, setField } from '../fields/fields.ts';
import type { AuthRequest } from './auth-request.ts';

/** False if `next` is no `host:port`; an IPv6 address comes without brackets, so the last colon counts. */
export const redirectTo = ({ passdbFields: fields }: AuthRequest, next: ByteString): boolean => {
  const colon = next.lastIndexOf(':');
  const host = next.slice(0, Math.max(0, colon)).replace(/^\[(.*)\]$/, '$1');
  const port = parsePort(next.slice(colon + 1));
  if (host === '' || port === undefined) return false;
  removeField(fields, 'hostip');
  setField(fields, 'proxy', '');
  setField(fields, 'host', host);
  setField(fields, 'port', String(port));
  return true;
};
