/**
 * The PROXY protocol of HAProxy, versions 1 and 2, as master-service-haproxy.c reads it, except that a version 1 line
 * may come in pieces, its addresses must be complete, and a certificate's name counts only if it was verified (as 2.4).
 * Refusals are Dovecot's log texts, to be followed by ` (<detail>, rip=<ip>)`.
 */
import type { ByteString } from '../line/bytes.ts';
import { type HaproxyTls, readTlvs } from './tlv.ts';
import { readVersion1 } from './version-1.ts';

export type HaproxyAddresses = {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
};

export type HaproxyHeader = {
  /** Undefined: the addresses of the connection itself hold (LOCAL, UNKNOWN, families that are not IP). */
  readonly addresses: HaproxyAddresses | undefined;
  readonly tls: HaproxyTls | undefined;
  /** TLS server name, or whatever the balancer calls the authority. */
  readonly authority: ByteString | undefined;
  /** Worth an error line although the connection goes on. */
  readonly complaint: HaproxyRefusal | undefined;
};

export type HaproxyRefusal = { readonly text: string; readonly detail: string };

export type HaproxyRead =
  | { readonly read: 'more' }
  /** `length`: bytes of the header; the client's own follow. */
  | { readonly read: 'header'; readonly length: number; readonly header: HaproxyHeader }
  | ({ readonly read: 'refused' } & HaproxyRefusal);

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const HEAD = 16;
const MAX_V2 = 1500;
/** Bytes after which the version is certain. */
const DETECT = 8;

export const readHaproxyHeader = (bytes: ByteString): HaproxyRead => {
  if (bytes.length < DETECT) return { read: 'more' };
  if (bytes.startsWith('PROXY')) return readVersion1(bytes);
  const isSignature = SIGNATURE.startsWith(bytes.slice(0, SIGNATURE.length));
  if (!isSignature) return refused('haproxy: Client disconnected: Failed to read valid HAproxy data');
  return bytes.length < HEAD ? { read: 'more' } : readVersion2(bytes);
};

const refused = (text: string, detail = ''): HaproxyRead => ({ read: 'refused', text, detail });

const hex = (n: number): string => n.toString(16).padStart(2, '0');
const byteAt = (bytes: ByteString, at: number): number => bytes.charCodeAt(at);
const uint16At = (bytes: ByteString, at: number): number => byteAt(bytes, at) * 256 + byteAt(bytes, at + 1);

const NO_ADDRESSES: HaproxyHeader = {
  addresses: undefined,
  tls: undefined,
  authority: undefined,
  complaint: undefined,
};

const readVersion2 = (bytes: ByteString): HaproxyRead => {
  const length = HEAD + uint16At(bytes, 14);
  const version = byteAt(bytes, 12) >> 4;
  const command = byteAt(bytes, 12) & 0x0f;
  if (length > MAX_V2) return refused('haproxy: Client disconnected: Too long header');
  if (version !== 2) {
    return refused('haproxy: Client disconnected: Unsupported protocol version', `version=${hex(version)}`);
  }
  if (bytes.length < length) return { read: 'more' };
  if (command === 0) return { read: 'header', length, header: NO_ADDRESSES };
  if (command !== 1) return refused('haproxy(v2): Client disconnected: Invalid command', `cmd=${hex(command)}`);
  const transport = byteAt(bytes, 13) & 0x0f;
  if (transport !== 1) return refused('haproxy(v2): Client disconnected: Not using TCP', `type=${hex(transport)}`);
  return readFamily(bytes, length, byteAt(bytes, 13) >> 4);
};

const readFamily = (bytes: ByteString, length: number, family: number): HaproxyRead => {
  switch (family) {
    case 1:
      if (length < HEAD + 12) return refused('haproxy(v2): Client disconnected: IPv4 data is incomplete');
      return withTlvs(bytes, length, HEAD + 12, { ...NO_ADDRESSES, addresses: addressesAt(bytes, 4, ipv4) });
    case 2:
      if (length < HEAD + 36) return refused('haproxy(v2): Client disconnected: IPv6 data is incomplete');
      return withTlvs(bytes, length, HEAD + 36, { ...NO_ADDRESSES, addresses: addressesAt(bytes, 16, ipv6) });
    case 0:
    case 3: {
      const complaint = { text: 'haproxy(v2): Unsupported address family', detail: `family=${hex(family)}` };
      // Dovecot looks for TLVs right behind the head here, where a UNIX address lies; there is nothing to trust in them.
      return { read: 'header', length, header: { ...NO_ADDRESSES, complaint } };
    }
    default:
      return refused('haproxy(v2): Client disconnected: Unknown address family', `family=${hex(family)}`);
  }
};

const withTlvs = (bytes: ByteString, length: number, start: number, header: HaproxyHeader): HaproxyRead => {
  const tlvs = readTlvs(bytes.slice(start, length));
  if ('problem' in tlvs) return refused(`haproxy(v2): Client disconnected: Invalid TLV: ${tlvs.problem}`, 'cmd=01');
  return { read: 'header', length, header: { ...header, ...tlvs } };
};

const addressesAt = (bytes: ByteString, size: number, print: (bytes: ByteString) => string): HaproxyAddresses => ({
  source: print(bytes.slice(HEAD, HEAD + size)),
  destination: print(bytes.slice(HEAD + size, HEAD + 2 * size)),
  sourcePort: uint16At(bytes, HEAD + 2 * size),
  destinationPort: uint16At(bytes, HEAD + 2 * size + 2),
});

const ipv4 = (bytes: ByteString): string => Array.from(bytes, (c) => c.charCodeAt(0)).join('.');

const ipv6 = (bytes: ByteString): string =>
  Array.from({ length: 8 }, (_, i) => uint16At(bytes, 2 * i).toString(16)).join(':');
