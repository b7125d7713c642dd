/** `allow_nets`: networks separated by commas or spaces; `local` stands for an unknown address. */
import { type IpAddress, isInNetwork, parseNetwork } from '@homing/wire';

export type NetworkCheck = { allowed: boolean; invalid: readonly string[] };

/** `ip` undefined: the address is not known. Networks that do not parse are reported and match nothing. */
export const checkNetworks = (networks: string, ip: IpAddress | undefined): NetworkCheck => {
  const invalid: string[] = [];
  for (const text of networks.split(/[, ]+/)) {
    if (text === '') continue;
    if (text === 'local') {
      if (ip === undefined) return { allowed: true, invalid };
      continue;
    }
    const network = parseNetwork(text);
    if (network === undefined) invalid.push(text);
    else if (ip !== undefined && isInNetwork(ip, network)) return { allowed: true, invalid };
  }
  return { allowed: false, invalid };
};
