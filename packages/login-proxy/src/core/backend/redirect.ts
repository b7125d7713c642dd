/**
 * Where a login goes on that a backend sends elsewhere, and when it goes in circles (Dovecot 2.4: client-common-auth.c,
 * proxy_try_redirect; login-proxy.c, login_proxy_redirect_finish). All but the place stays: user, password, the way to
 * do TLS. The backend's word is enough unless `proxy_redirect_reauth` came with the login; then the auth server's counts.
 */
import { type ByteString, formatHostPort, parseIpAddress, parsePort, type Referral } from '@homing/wire';
import type { ClientContext, ClientReferral, Reauthenticated, Redirection } from '../proxy-login.ts';
import type { ProxyFailure } from './leg.ts';
import { DEFAULT_PORT, DEFAULT_TLS_PORT, forwardFields, isOurself, type ProxyTarget } from './proxy-target.ts';

/** A backend may send a user back whence he came, in case that one has changed its mind; the third visit is a loop. */
const MAX_VISITS = 2;

/** Backends of one login as `ip:port`, in order, the one that redirects last. */
export type Visited = readonly string[];

export type Redirected = { readonly target: ProxyTarget } | { readonly failure: ProxyFailure };

type Client = Pick<ClientContext, 'protocol' | 'user' | 'endpoints'>;

export const placeOf = ({ ip, port }: Pick<ProxyTarget, 'ip' | 'port'>): string => formatHostPort(ip, port);

/** Without asking anybody. */
export const followReferral = (target: ProxyTarget, to: Referral, visited: Visited, client: Client): Redirected => {
  const ip = parseIpAddress(to.host);
  if (ip === undefined) {
    const text = `Redirect to ${referralText(to)}: Failed to parse IP '${to.host}' (DNS lookups not supported)`;
    return { failure: { code: 'internal-config', text } };
  }
  return unlessLooping({ ...target, host: ip, ip, port: to.port ?? target.port }, visited, client);
};

/** `user@host:port`, as far as it is known. */
const referralText = ({ user, host, port }: Referral): string =>
  (user === undefined ? '' : `${user}@`) + (port === undefined ? host : formatHostPort(host, port));

/** What the auth server is asked. */
export const redirection = (target: ProxyTarget, to: Referral, visited: Visited, timeoutMs: number): Redirection => ({
  next: formatHostPort(to.host, to.port ?? target.port),
  attempts: [...new Set(visited.toReversed().slice(0, 1).concat(visited))],
  destuser: to.user ?? target.destuser,
  timeoutMs,
});

/** What its answer leads to. */
export const followAnswer = (
  target: ProxyTarget,
  answer: Reauthenticated,
  visited: Visited,
  client: Client,
): Redirected => {
  if (answer.to === 'failed') return { failure: { code: 'internal', text: answer.text } };
  if (answer.to === 'refer') return { failure: referred(answer.referral) };
  const { fields } = answer;
  const host = fields.get('host') ?? '';
  const ip = parseIpAddress(fields.get('hostip') || host);
  const port = portOf(fields, target, client.protocol);
  if (ip === undefined || port === undefined) {
    return { failure: { code: 'internal', text: 'Redirect authentication returned invalid input' } };
  }
  // Dovecot drops them if the answer has none, as if it had been asked to.
  const forward = forwardFields(fields);
  return unlessLooping(
    { ...target, host, ip, port, forward: forward.length === 0 ? target.forward : forward },
    visited,
    client,
  );
};

const referred = (referral: ClientReferral): ProxyFailure => ({
  code: 'auth',
  text: `Redirected to ${referral.host}`,
  referral,
});

const portOf = (
  fields: ReadonlyMap<ByteString, ByteString>,
  { tls }: ProxyTarget,
  protocol: Client['protocol'],
): number | undefined => {
  const asked = fields.get('port');
  if (asked !== undefined) return parsePort(asked);
  return (tls === 'immediate' ? DEFAULT_TLS_PORT : DEFAULT_PORT)[protocol];
};

const unlessLooping = (next: ProxyTarget, visited: Visited, client: Client): Redirected => {
  const place = placeOf(next);
  const visits = visited.filter((one) => one === place).length;
  if (place === visited.at(-1) || visits >= MAX_VISITS) {
    const text = `Proxying loops - already connected to ${place}`;
    return { failure: { code: 'internal-config', text } };
  }
  if (isOurself(next.ip, next.port, next.destuser, client)) {
    return { failure: { code: 'internal', text: 'Proxying loops to itself' } };
  }
  return { target: next };
};
