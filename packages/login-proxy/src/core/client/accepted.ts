/** What a connection is before its first byte (client_alloc()): whom we trust, and what counts as secured without TLS. */
import { parseIpAddress } from '@homing/wire';
import type { Endpoints } from '../proxy-login.ts';
import { matchNetworks } from './networks.ts';
import type { LoginSettings } from './settings.ts';
import type { Accepted, HaproxyFacts } from './state.ts';

export type Arrival = {
  /** Of the TCP connection. */
  readonly real: Endpoints;
  /** Of the client, as far as a PROXY header tells. */
  readonly endpoints: Endpoints;
  readonly haproxy: HaproxyFacts | undefined;
  /** TLS begins with the first byte. */
  readonly tls: boolean;
  readonly now: number;
};

/** `invalidNetwork`: an entry of `login_trusted_networks` that is none; those behind it are ignored. */
export const acceptedClient = (
  settings: Pick<LoginSettings, 'login_trusted_networks'>,
  { real, endpoints, haproxy, tls, now }: Arrival,
): { readonly accepted: Accepted; readonly invalidNetwork: string | undefined } => {
  const trusted = matchNetworks(settings.login_trusted_networks, endpoints.rip);
  // The same address at both ends: nobody can listen in between. A balancer on this host is not the client.
  const isLocal = haproxy === undefined && real.rip === real.lip;
  const secured = trusted.matches || isLocal || haproxy?.tls === true;
  const accepted = { endpoints, real, trusted: trusted.matches, secured, tls, haproxy, connectedAt: now };
  return { accepted, invalidNetwork: trusted.invalid };
};

type SocketEnds = {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
};

/** Undefined if the client is gone already. IPv4 through an IPv6 listener is IPv4. */
export const endpointsOf = ({
  localAddress,
  localPort,
  remoteAddress,
  remotePort,
}: SocketEnds): Endpoints | undefined => {
  const lip = plainIp(localAddress);
  const rip = plainIp(remoteAddress);
  if (lip === undefined || rip === undefined || localPort === undefined || remotePort === undefined) return undefined;
  return { lip, rip, lport: localPort, rport: remotePort };
};

const plainIp = (address: string | undefined): string | undefined =>
  address === undefined ? undefined : parseIpAddress(address.replace(/^::ffff:(?=\d+\.)/i, ''));
