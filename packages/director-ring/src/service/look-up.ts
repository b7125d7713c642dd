/** Names in settings to addresses. */
import { type IpAddress, parseIpAddress } from '@homing/wire';

/** Addresses of a host name; none if it is unknown. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** An address is its own answer. */
export const lookUp = async (host: string, resolve: Resolve): Promise<readonly IpAddress[]> => {
  const ip = parseIpAddress(host);
  return ip === undefined ? (await resolve(host)).flatMap((text) => parseIpAddress(text) ?? []) : [ip];
};
