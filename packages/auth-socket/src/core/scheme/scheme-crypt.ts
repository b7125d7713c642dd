/**
 * The schemes of crypt(3). As in Dovecot the hash says which function made it: {SHA512-CRYPT} with `$5$` data works.
 * BLF-CRYPT (`$2a$` to `$2z$`, all the same function) is computed by @node-rs/bcrypt off the event loop.
 */
import type { ByteString } from '@homing/wire';
import { equalInConstantTime } from './equal.ts';
import type { CheckContext, Scheme } from './scheme.ts';
import { plainMd5 } from './scheme-digest.ts';
import { decodeData } from './stored-password.ts';
import { SchemeError } from './verdict.ts';

const BLOWFISH = /^\$2[a-z]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

export const blfCrypt: Scheme = {
  encoding: 'none',
  rawLength: 0,
  isSlow: true,
  check: (given, raw) => checkBlowfish(given, raw),
};

export const crypt: Scheme = {
  encoding: 'none',
  rawLength: 0,
  isSlow: true,
  check(given, raw, context) {
    if (raw === '') return false;
    if (raw.startsWith('$2') && raw[3] === '$') return checkBlowfish(given, raw);
    return checkCrypt(given, raw, context);
  },
};

export const md5Crypt: Scheme = {
  encoding: 'none',
  rawLength: 0,
  isSlow: true,
  check: (given, raw, context) => raw.startsWith('$1$') && checkCrypt(given, raw, context),
};

/** {MD5}: MD5-CRYPT where the data says so, else PLAIN-MD5. */
export const md5: Scheme = {
  encoding: 'none',
  rawLength: 0,
  isSlow: true,
  check(given, raw, context) {
    if (raw.startsWith('$1$')) return checkCrypt(given, raw, context);
    return plainMd5.check(given, plainMd5Data(raw), context);
  },
};

const plainMd5Data = (raw: ByteString): ByteString => {
  try {
    return decodeData(raw, 'default', plainMd5.encoding, plainMd5.rawLength);
  } catch {
    throw new SchemeError('Not a valid MD5-CRYPT or PLAIN-MD5 password');
  }
};

const checkCrypt = async (given: ByteString, raw: ByteString, { crypt: hash }: CheckContext): Promise<boolean> =>
  equalInConstantTime(await hash(given, raw), raw);

const checkBlowfish = async (given: ByteString, raw: ByteString): Promise<boolean> => {
  if (raw === '') return false;
  const cost = Number(BLOWFISH.exec(raw)?.[1] ?? 0);
  if (cost < 4 || cost > 31) throw new SchemeError('Password is not blowfish password');
  const { verify } = await import('@node-rs/bcrypt');
  return verify(Buffer.from(given, 'latin1'), `$2b${raw.slice(3)}`);
};
