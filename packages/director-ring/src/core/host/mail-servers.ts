/**
 * `director_mail_servers`: blank-separated `item[@tag]`; an item is an address, a range `ip1-ip2` of at most the last 8
 * (IPv4) or 16 (IPv6) bits, or a host name, each of whose addresses becomes a mail host. The tag is everything after the
 * first `@`. Error texts are Dovecot's (director/mail-host.c).
 */
import {
  type ByteString,
  compareIpAddresses,
  formatIpAddress,
  type IpAddress,
  ipAddressBytes,
  parseIpAddress,
} from '@homing/wire';

export type MailServerItem =
  | { item: 'address'; ip: IpAddress; tag: ByteString }
  | { item: 'hostname'; hostname: string; tag: ByteString }
  | { item: 'error'; text: string };

export const parseMailServers = (value: string): MailServerItem[] =>
  value
    .split(' ')
    .filter((word) => word !== '')
    .flatMap((word): MailServerItem[] => {
      const at = word.indexOf('@');
      const name = at === -1 ? word : word.slice(0, at);
      const tag = at === -1 ? '' : word.slice(at + 1);
      const dash = name.indexOf('-');
      const first = dash === -1 ? undefined : parseIpAddress(name.slice(0, dash));
      const last = dash === -1 ? undefined : parseIpAddress(name.slice(dash + 1));
      if (first !== undefined && last !== undefined) return range(first, last, tag);
      const ip = parseIpAddress(name);
      return [ip === undefined ? { item: 'hostname', hostname: name, tag } : { item: 'address', ip, tag }];
    });

const range = (first: IpAddress, last: IpAddress, tag: ByteString): MailServerItem[] => {
  const from = ipAddressBytes(first);
  const to = ipAddressBytes(last);
  if (from.length !== to.length) return [{ item: 'error', text: `IP address family mismatch: ${first} vs ${last}` }];
  if (compareIpAddresses(first, last) > 0) return [{ item: 'error', text: `IP addresses reversed: ${first}-${last}` }];
  const fixed = from.length === 4 ? 3 : 14;
  if (from.slice(0, fixed).some((byte, i) => byte !== to[i])) {
    return [{ item: 'error', text: `IP address range too large: ${first}-${last}` }];
  }
  const start = numberOf(from.slice(fixed));
  return Array.from({ length: numberOf(to.slice(fixed)) - start + 1 }, (_, i) => ({
    item: 'address',
    ip: formatIpAddress([...from.slice(0, fixed), ...bytesOf(start + i, from.length - fixed)]),
    tag,
  }));
};

const numberOf = (bytes: readonly number[]): number => bytes.reduce((value, byte) => value * 256 + byte, 0);
const bytesOf = (value: number, length: number): number[] => (length === 1 ? [value] : [value >> 8, value & 255]);
