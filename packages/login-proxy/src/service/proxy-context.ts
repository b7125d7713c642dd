/** What the backend leg is told about a client, and what its failure means to it. */
import type { Log } from '@homing/io';
import { paramMap } from '@homing/wire';
import type { ClientEvent } from '../core/client/event.ts';
import type { ClientState } from '../core/client/state.ts';
import { type ClientContext, ProxyError } from '../core/proxy-login.ts';

type Hooks = Pick<ClientContext, 'log' | 'forward' | 'reauthenticate' | 'disconnect'>;

export const proxyContext = (state: ClientState, protocol: 'imap' | 'pop3', hooks: Hooks): ClientContext => ({
  ...hooks,
  protocol,
  session: state.session,
  endpoints: state.endpoints,
  secured: state.secured,
  tls: state.tls.tls !== 'off' || state.haproxy?.tls === true,
  localName: state.localName,
  ttl: state.ttl,
  hop: state.hop,
  forwardFields: paramMap(state.forwardFields),
  user: state.name.user ?? '',
  mechanism: state.mechanism ?? '',
  // The auth server returns it as `pass=` where a backend needs it; it is not kept here.
  password: undefined,
  clientId: state.clientId,
  sentCapability: state.sentCapability,
  connectedAt: state.connectedAt,
});

/** Anything but a `ProxyError` is our own fault. */
export const proxyFailure = (error: unknown, log: Log): ClientEvent => {
  if (error instanceof ProxyError) {
    const { code, reply, referral } = error;
    return { on: 'proxy-failed', code, reply, referral };
  }
  log.panic('proxy_failed', {}, error instanceof Error ? (error.stack ?? error.message) : String(error));
  return { on: 'proxy-failed', code: 'internal', reply: undefined };
};
