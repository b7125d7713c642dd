/** Networks in lists of settings and fields: `10.0.0.0/8`, `::1/128`, or an address alone (net_parse_range()). */
import type { ByteString } from '../line/bytes.ts';
import { type IpAddress, ipAddressBytes, parseIpAddress } from './ip-address.ts';

export type Network = { readonly bytes: readonly number[]; readonly bits: number };

export const parseNetwork = (text: ByteString): Network | undefined => {
  const [address = '', bits, ...extra] = text.split('/');
  const ip = parseIpAddress(address);
  if (ip === undefined || extra.length > 0) return undefined;
  const bytes = ipAddressBytes(ip);
  const most = bytes.length * 8;
  if (bits === undefined) return { bytes, bits: most };
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? { bytes, bits: Number(bits) } : undefined;
};

/** An address is never in a network of the other family; IPv4 in IPv6's clothes is IPv4 (net_is_in_network()). */
export const isInNetwork = (ip: IpAddress, { bytes, bits }: Network): boolean => {
  const own = unmapped(ipAddressBytes(ip));
  return (
    own.length === bytes.length &&
    own.every((byte, at) => {
      const compared = Math.min(Math.max(bits - at * 8, 0), 8);
      return (byte ^ (bytes[at] ?? 0)) >> (8 - compared) === 0;
    })
  );
};

/** `::ffff:10.0.0.1` */
const unmapped = (bytes: readonly number[]): readonly number[] =>
  bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
    ? bytes.slice(12)
    : bytes;
