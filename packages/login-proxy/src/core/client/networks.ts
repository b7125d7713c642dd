/** Lists of networks in settings: addresses or CIDR ranges separated by spaces or commas (net_parse_range()). */
import { ipAddressBytes, parseIpAddress } from '@homing/wire';

export type NetworkMatch = { readonly matches: boolean; readonly invalid: string | undefined };

/** Stops at the first entry that matches or is invalid, as Dovecot does. */
export const matchNetworks = (list: string, ip: string): NetworkMatch => {
  if (list === '') return { matches: false, invalid: undefined };
  const address = parseIpAddress(ip);
  for (const entry of list.split(/[ ,]+/)) {
    if (entry === '') continue;
    const network = parseNetwork(entry);
    if (network === undefined) return { matches: false, invalid: entry };
    if (address !== undefined && isInside(ipAddressBytes(address), network))
      return { matches: true, invalid: undefined };
  }
  return { matches: false, invalid: undefined };
};

type Network = { readonly bytes: readonly number[]; readonly bits: number };

const parseNetwork = (text: string): Network | undefined => {
  const [address = '', bits] = text.split('/', 2);
  const ip = parseIpAddress(address);
  if (ip === undefined) return undefined;
  const bytes = ipAddressBytes(ip);
  if (bits === undefined) return { bytes, bits: bytes.length * 8 };
  return /^\d{1,3}$/.test(bits) && Number(bits) <= bytes.length * 8 ? { bytes, bits: Number(bits) } : undefined;
};

const isInside = (ip: readonly number[], { bytes, bits }: Network): boolean => {
  if (ip.length !== bytes.length) return false;
  return ip.every((byte, i) => {
    const mask = (0xff00 >> Math.min(8, Math.max(0, bits - i * 8))) & 0xff;
    return (byte & mask) === ((bytes[i] ?? 0) & mask);
  });
};
