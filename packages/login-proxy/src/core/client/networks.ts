/** Lists of networks in settings: addresses or CIDR ranges separated by spaces or commas (net_parse_range()). */
import { isInNetwork, parseIpAddress, parseNetwork } from '@homing/wire';

export type NetworkMatch = { readonly matches: boolean; readonly invalid: string | undefined };

/** Stops at the first entry that matches or is invalid, as Dovecot does. */
export const matchNetworks = (list: string, ip: string): NetworkMatch => {
  if (list === '') return { matches: false, invalid: undefined };
  const address = parseIpAddress(ip);
  for (const entry of list.split(/[ ,]+/)) {
    if (entry === '') continue;
    const network = parseNetwork(entry);
    if (network === undefined) return { matches: false, invalid: entry };
    if (address !== undefined && isInNetwork(address, network)) return { matches: true, invalid: undefined };
  }
  return { matches: false, invalid: undefined };
};
