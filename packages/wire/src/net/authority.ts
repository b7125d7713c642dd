/**
 * `[userinfo@]host[:port]` of a URL (RFC 3986 3.2), at the beginning of a text: where a backend sends a user instead of
 * serving him. Nothing is resolved here.
 */
import type { ByteString } from '../line/bytes.ts';
import { parsePort } from '../line/number.ts';

export type Authority = {
  /** As it stands there, percent-encoded. */
  readonly userinfo: ByteString | undefined;
  /** A name or an IPv4 address as it stands there, or an IPv6 address without its brackets. */
  readonly host: ByteString;
  readonly port: number | undefined;
};

/** Who is to be where instead. `port` undefined: the one that the referral came from. */
export type Referral = {
  readonly user: ByteString | undefined;
  /** A name or an address, IPv6 without brackets. */
  readonly host: ByteString;
  readonly port: number | undefined;
};

const AUTHORITY =
  /^(?:((?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*)@)?(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9\-._~]{1,255}))(?::(\d{1,5}))?/;

/** Undefined if there is none, or its port is none. */
export const readAuthority = (text: ByteString): { authority: Authority; rest: ByteString } | undefined => {
  const match = AUTHORITY.exec(text);
  if (match === null) return undefined;
  const [all, userinfo, ipv6, name, digits] = match;
  const port = parsePort(digits);
  if (digits !== undefined && port === undefined) return undefined;
  return { authority: { userinfo, host: ipv6 ?? name ?? '', port }, rest: text.slice(all.length) };
};

/** Undefined if a `%` does not begin an encoded byte, or what it encodes is a control character. */
export const percentDecoded = (text: ByteString): ByteString | undefined => {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const decoded = text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return /[\x00-\x1f\x7f]/.test(decoded) ? undefined : decoded;
};

/** `ip:port` with an IPv6 address in brackets. */
export const formatHostPort = (host: ByteString, port: number): ByteString =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
