/** `allow_nets`: networks separated by commas or spaces; `local` stands for an unknown address. */
import { type IpAddress, ipAddressBytes, parseIpAddress } from '@homing/wire';

export type NetworkCheck = { allowed: boolean; invalid: readonly string[] };

/** `ip` undefined: the address is not known. Networks that do not parse are reported and match nothing. */
export const checkNetworks = (networks: string, ip: IpAddress | undefined): NetworkCheck => {
  const bytes = ip === undefined ? undefined : ipAddressBytes(ip);
  const invalid: string[] = [];
  for (const text of networks.split(/[, ]+/)) {
    if (text === '') continue;
    if (text === 'local') {
      if (bytes === undefined) return { allowed: true, invalid };
      continue;
    }
    const network = parseNetwork(text);
    if (network === undefined) invalid.push(text);
    else if (bytes !== undefined && isInNetwork(bytes, network)) return { allowed: true, invalid };
  }
  return { allowed: false, invalid };
};

type Network = { bytes: readonly number[]; bits: number };

/** `10.0.0.0/8`, `::1/128` or an address (net_parse_range()). */
const parseNetwork = (text: string): Network | undefined => {
  const slash = text.indexOf('/');
  const ip = parseIpAddress(slash === -1 ? text : text.slice(0, slash));
  if (ip === undefined) return undefined;
  const bytes = ipAddressBytes(ip);
  if (slash === -1) return { bytes, bits: bytes.length * 8 };
  const bits = text.slice(slash + 1);
  return /^\d{1,3}$/.test(bits) && Number(bits) <= bytes.length * 8 ? { bytes, bits: Number(bits) } : undefined;
};

const isInNetwork = (ip: readonly number[], { bytes, bits }: Network): boolean =>
  ip.length === bytes.length &&
  ip.every((byte, i) => {
    const mask = (0xff00 >> Math.min(8, Math.max(0, bits - i * 8))) & 0xff;
    return (byte & mask) === ((bytes[i] ?? 0) & mask);
  });
