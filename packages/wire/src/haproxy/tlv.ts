/** Type-length-values behind the addresses of a version 2 header. Types without a use here are skipped. */
import type { ByteString } from '../line/bytes.ts';

export type HaproxyTls = {
  /** The client's connection to the balancer was TLS. */
  readonly isTls: boolean;
  /** Common name of a client certificate that was presented and verified. */
  readonly certName: ByteString | undefined;
};

export type Tlvs = { readonly tls: HaproxyTls | undefined; readonly authority: ByteString | undefined };

const AUTHORITY = 0x02;
const SSL = 0x20;
const SSL_CN = 0x22;
/** Flags of the SSL value: the connection is TLS; a certificate came on this connection or in this session. */
const CLIENT_SSL = 1;
const CLIENT_CERT = 2 | 4;

export const readTlvs = (bytes: ByteString): Tlvs | { readonly problem: string } => {
  let tls: HaproxyTls | undefined;
  let authority: ByteString | undefined;
  for (const tlv of tlvsOf(bytes)) {
    if ('truncatedAt' in tlv) return { problem: `get_tlv(${tlv.truncatedAt}) failed: Truncated data` };
    if (tlv.type === AUTHORITY) authority = tlv.value;
    if (tlv.type !== SSL) continue;
    const read = readSsl(tlv.value);
    if (read === 'truncated') return { problem: `get_ssl_tlv(${tlv.at}) failed: Truncated data` };
    if ('truncatedAt' in read) return { problem: `get_tlv(${read.truncatedAt}) failed: Truncated data` };
    tls = read;
  }
  return { tls, authority };
};

type Tlv =
  | { readonly at: number; readonly type: number; readonly value: ByteString }
  | { readonly truncatedAt: number };

const tlvsOf = function* (bytes: ByteString): Generator<Tlv> {
  for (let at = 0; at < bytes.length; ) {
    const length = at + 3 <= bytes.length ? bytes.charCodeAt(at + 1) * 256 + bytes.charCodeAt(at + 2) : bytes.length;
    if (at + 3 + length > bytes.length) {
      yield { truncatedAt: at };
      return;
    }
    yield { at, type: bytes.charCodeAt(at), value: bytes.slice(at + 3, at + 3 + length) };
    at += 3 + length;
  }
};

const readSsl = (value: ByteString): HaproxyTls | { truncatedAt: number } | 'truncated' => {
  if (value.length < 5) return 'truncated';
  const client = value.charCodeAt(0);
  const isVerified = (client & CLIENT_CERT) !== 0 && value.slice(1, 5) === '\0\0\0\0';
  let certName: ByteString | undefined;
  for (const tlv of tlvsOf(value.slice(5))) {
    if ('truncatedAt' in tlv) return tlv;
    if (tlv.type === SSL_CN && isVerified) certName = tlv.value;
  }
  return { isTls: (client & CLIENT_SSL) !== 0, certName };
};
