/**
 * What tells directors in SYNC that they know the same backends: CRC-32 over all of them, sorted by address
 * (mail_hosts_hash(), mail-host.c). Host names and the times of changes do not count.
 */
import { ipAddressBytes } from '@homing/wire';
import type { MailHost } from '../host/mail-host.ts';

/** The polynomial of zlib, bits reversed. */
const POLYNOMIAL = 0xedb8_8320;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

/** Sorted by address. Never 0, which says "unknown". */
export const hostsHash = (hosts: readonly MailHost[]): number => {
  let crc = 0xffff_ffff;
  const add = (byte: number): void => {
    crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  };
  const addWord = (word: number): void => {
    for (let shift = 0; shift < 32; shift += 8) add((word >>> shift) & 0xff);
  };
  for (const { ip, vhosts, isDown, tag } of hosts) {
    addWord((isDown ? 1 : 0) ^ vhosts);
    const bytes = ipAddressBytes(ip);
    if (bytes.length === 4) for (const byte of bytes) add(byte);
    else addWord(pjw(bytes));
    for (let i = 0; i < tag.length; i++) add(tag.charCodeAt(i));
  }
  return ~crc >>> 0 || 1;
};

/** As net_ip_hash() does it for IPv6. */
const pjw = (bytes: readonly number[]): number => {
  let hash = 0;
  for (const byte of bytes) {
    hash = ((hash << 4) + byte) | 0;
    const high = hash & 0xf000_0000;
    if (high !== 0) hash ^= (high >>> 24) ^ high;
  }
  return hash;
};
