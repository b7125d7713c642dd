/**
 * IP addresses as Dovecot reads and prints them (lib/net.c): IPv6 through inet_pton(3), in `[]` if wanted; IPv4 through
 * inet_aton(3), so "15" is 0.0.0.15. Printed forms are canonical (inet_ntop(3) of glibc), never the text that came in.
 * The order is Dovecot's net_ip_cmp(): IPv4 before IPv6, then by bytes.
 */
import type { ByteString } from '../line/bytes.ts';

declare const ipBrand: unique symbol;

/** Canonical text of an address. Two addresses are equal exactly if these texts are. */
export type IpAddress = string & { readonly [ipBrand]: true };

/** What is canonical already needs no parsing; most addresses are. */
const CANONICAL_IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

export const parseIpAddress = (text: ByteString): IpAddress | undefined => {
  if (CANONICAL_IPV4.test(text)) return text as IpAddress;
  const bytes = text.includes(':') ? parseIpv6(unbracketed(text)) : parseIpv4(text);
  return bytes === undefined ? undefined : formatIpAddress(bytes);
};

/** `bytes`: 4 or 16 of them, in network order. */
export const formatIpAddress = (bytes: readonly number[]): IpAddress =>
  (bytes.length === 4 ? bytes.join('.') : formatIpv6(bytes)) as IpAddress;

/** 4 or 16 bytes in network order. */
export const ipAddressBytes = (ip: IpAddress): number[] => (ip.includes(':') ? parseIpv6(ip) : parseIpv4(ip)) ?? [];

export const isIpv6 = (ip: IpAddress): boolean => ip.includes(':');

export const compareIpAddresses = (a: IpAddress, b: IpAddress): number => {
  const left = ipAddressBytes(a);
  const right = ipAddressBytes(b);
  if (left.length !== right.length) return left.length - right.length;
  for (let i = 0; i < left.length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

const unbracketed = (text: string): string => (text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text);

const parseIpv4 = (text: string): number[] | undefined => {
  // inet_aton(3) stops at white space and ignores what follows.
  const parts = (text.split(/[ \t\n\v\f\r]/, 1)[0] ?? '').split('.');
  const last = parts.pop();
  if (last === undefined || parts.length > 3) return undefined;
  const bytes: number[] = [];
  for (const part of parts) {
    const value = parseAtonNumber(part);
    if (value === undefined || value > 255) return undefined;
    bytes.push(value);
  }
  const rest = parseAtonNumber(last);
  const width = 4 - bytes.length;
  if (rest === undefined || rest >= 256 ** width) return undefined;
  for (let i = width - 1; i >= 0; i--) bytes.push(Math.floor(rest / 256 ** i) % 256);
  return bytes;
};

/** Decimal, octal with a leading 0, hexadecimal with 0x: as strtoul(3) with base 0. */
const parseAtonNumber = (text: string): number | undefined => {
  if (/^(0|[1-9][0-9]{0,9})$/.test(text)) return Number(text);
  if (/^0[0-7]{1,12}$/.test(text)) return Number.parseInt(text, 8);
  if (/^0[xX][0-9a-fA-F]{1,8}$/.test(text)) return Number.parseInt(text, 16);
  return undefined;
};

const parseIpv6 = (text: string): number[] | undefined => {
  const halves = text.split('::');
  if (halves.length > 2 || text.length > 45) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
};

/** Groups of four hexadecimal digits; the last may be a dotted quad if `isLast`. */
const parseGroups = (text: string, isLast: boolean): number[] | undefined => {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    if (isLast && index === groups.length - 1 && group.includes('.')) {
      const quad = /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(group) ? group.split('.').map(Number) : undefined;
      if (quad === undefined || quad.some((byte) => byte > 255)) return undefined;
      bytes.push(...quad);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes;
};

const formatIpv6 = (bytes: readonly number[]): string => {
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0));
  const [start, length] = longestZeroRun(groups);
  const embedsIpv4 = start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff));
  const words = groups.map((group) => group.toString(16));
  if (embedsIpv4) words.splice(6, 2, bytes.slice(12).join('.'));
  if (length < 2) return words.join(':');
  return `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}`;
};

const longestZeroRun = (groups: readonly number[]): readonly [start: number, length: number] => {
  let best: readonly [number, number] = [-1, 0];
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best[1]) best = [start, index + 1 - start];
  }
  return best;
};
