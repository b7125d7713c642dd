/**
 * How a password is written down (auth.md 6.1): `{SCHEME}data`, `{SCHEME.ENC}data`, bare `data` of the default scheme,
 * or `$1$salt$hash`, which is MD5-CRYPT wherever it stands.
 */
import { asciiLower, asciiUpper, type ByteString } from '@homing/wire';
import { SchemeError } from './verdict.ts';

export type Encoding = 'none' | 'hex' | 'base64';

/** `scheme` as written, for log texts; `data` still encoded. */
export type StoredPassword = { readonly scheme: string; readonly data: ByteString };

export const splitScheme = (stored: ByteString, defaultScheme: string): StoredPassword => {
  if (stored.charCodeAt(0) === 0x7b) {
    const end = stored.indexOf('}');
    if (end !== -1) return { scheme: stored.slice(1, end), data: stored.slice(end + 1) };
  } else if (stored.startsWith('$1$')) {
    const hash = stored.indexOf('$', 3);
    if (hash !== -1) {
      const ignored = stored.indexOf('$', hash + 1);
      return { scheme: 'MD5-CRYPT', data: ignored === -1 ? stored : stored.slice(0, ignored) };
    }
  }
  return { scheme: defaultScheme, data: stored };
};

/** `SHA256.HEX` -> name SHA256, encoding hex; undefined for an unknown encoding. */
export const splitEncoding = (scheme: string): { name: string; encoding: Encoding | 'default' } | undefined => {
  const dot = scheme.indexOf('.');
  if (dot === -1) return { name: asciiUpper(scheme), encoding: 'default' };
  const name = asciiUpper(scheme.slice(0, dot));
  switch (asciiLower(scheme.slice(dot + 1))) {
    case 'b64':
    case 'base64':
      return { name, encoding: 'base64' };
    case 'hex':
      return { name, encoding: 'hex' };
    default:
      return undefined;
  }
};

/** The raw bytes behind `data`; `rawLength` 0 means any. Throws SchemeError. */
export const decodeData = (
  data: ByteString,
  written: Encoding | 'default',
  usual: Encoding,
  rawLength: number,
): ByteString => {
  const raw = decodeAs(data, written, usual, rawLength);
  if (rawLength !== 0 && raw.length !== rawLength) {
    throw new SchemeError(`Input length isn't valid (${raw.length} instead of ${rawLength})`);
  }
  return raw;
};

const decodeAs = (data: ByteString, written: Encoding | 'default', usual: Encoding, rawLength: number): ByteString => {
  if (written === 'default') {
    if (usual === 'none') return data;
    // A digest's length tells hex from base64.
    if (rawLength !== 0) return (data.length === rawLength * 2 ? fromHex(data) : undefined) ?? mustBase64(data);
  }
  switch (written === 'default' ? usual : written) {
    case 'none':
      return data;
    case 'hex': {
      const raw = fromHex(data);
      if (raw === undefined) throw new SchemeError("Input isn't valid HEX encoded data");
      return raw;
    }
    case 'base64':
      return mustBase64(data);
  }
};

const fromHex = (data: ByteString): ByteString | undefined =>
  data.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(data) ? Buffer.from(data, 'hex').toString('latin1') : undefined;

const mustBase64 = (data: ByteString): ByteString => {
  if (data.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(data)) {
    throw new SchemeError("Input isn't valid base64 encoded data");
  }
  return Buffer.from(data, 'base64').toString('latin1');
};
