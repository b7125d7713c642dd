/** `homing_director_allow_nets`: networks separated by blanks or commas. */
import { type IpAddress, isInNetwork, type Network, parseNetwork } from '@homing/wire';

export type AllowNets = { readonly isAllowed: (ip: IpAddress) => boolean; readonly invalid: readonly string[] };

/** `invalid`: the words that are no networks. */
export const parseAllowNets = (setting: string): AllowNets => {
  const networks: Network[] = [];
  const invalid: string[] = [];
  for (const word of setting.split(/[\s,]+/)) {
    if (word === '') continue;
    const network = parseNetwork(word);
    if (network === undefined) invalid.push(word);
    else networks.push(network);
  }
  return { isAllowed: (ip) => networks.some((network) => isInNetwork(ip, network)), invalid };
};
