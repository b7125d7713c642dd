/** `homing_director_allow_nets`: blank-separated `ip` or `ip/bits`. */
import { type IpAddress, ipAddressBytes, parseIpAddress } from '@homing/wire';

type Net = { readonly bytes: readonly number[]; readonly bits: number };

export type AllowNets = { readonly isAllowed: (ip: IpAddress) => boolean; readonly invalid: readonly string[] };

/** `invalid`: the words that are no networks. */
export const parseAllowNets = (setting: string): AllowNets => {
  const nets: Net[] = [];
  const invalid: string[] = [];
  for (const word of setting.split(/[\s,]+/)) {
    if (word === '') continue;
    const net = parseNet(word);
    if (net === undefined) invalid.push(word);
    else nets.push(net);
  }
  return { isAllowed: (ip) => nets.some((net) => isInNet(ipAddressBytes(ip), net)), invalid };
};

const parseNet = (word: string): Net | undefined => {
  const [address = '', bitsText, ...extra] = word.split('/');
  const ip = parseIpAddress(address);
  if (ip === undefined || extra.length > 0) return undefined;
  const bytes = ipAddressBytes(ip);
  const most = bytes.length * 8;
  const bits = bitsText === undefined ? most : /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : most + 1;
  return bits <= most ? { bytes, bits } : undefined;
};

const isInNet = (bytes: readonly number[], net: Net): boolean =>
  bytes.length === net.bytes.length &&
  bytes.every((byte, at) => {
    const compared = Math.min(Math.max(net.bits - at * 8, 0), 8);
    return (byte ^ (net.bytes[at] ?? 0)) >> (8 - compared) === 0;
  });
