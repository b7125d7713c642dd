/**
 * `%{<hash>[;rounds=N][;...]:<variable>}`: hashes of lib/hash-method.c and PBKDF2 (`pkcs5`). Options are separated by
 * commas: `rounds`, `truncate` (first bits, right aligned), `format` (`hexuc` prints lower case in 2.3), `salt` (a
 * template; options after it are not read).
 */
import { createHash, pbkdf2Sync } from 'node:crypto';
import { type ByteString, parseUint32 } from '@homing/wire';
import { md4 } from '../scheme/md4.ts';
import { TemplateError } from './template-error.ts';

type Digest = (data: Buffer) => Buffer;

const openssl =
  (name: string): Digest =>
  (data) =>
    createHash(name).update(data).digest();

const DIGESTS: Readonly<Record<string, Digest>> = {
  md4,
  md5: openssl('md5'),
  sha1: openssl('sha1'),
  sha256: openssl('sha256'),
  sha384: openssl('sha384'),
  sha512: openssl('sha512'),
  'sha3-256': openssl('sha3-256'),
  'sha3-512': openssl('sha3-512'),
  size: (data) => {
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(BigInt(data.length));
    return size;
  },
};

type Options = { rounds: number; truncate: number; format: 'hex' | 'base64'; salt: ByteString | undefined };

const PKCS5_BYTES = 336;

/** Rounds are the administrator's; this bounds only a slip of the pen that would stop the server for minutes. */
const MAX_ROUNDS = 10_000_000;

export const isDigest = (name: string): boolean => {
  const hash = (name.split(';', 1)[0] ?? '').toLowerCase();
  return hash === 'pkcs5' || Object.hasOwn(DIGESTS, hash);
};

export const digestVariable = (
  name: string,
  field: string,
  lookUp: (variable: string) => ByteString,
  expandInner: (text: string) => ByteString,
): ByteString => {
  const [hash = '', ...rest] = name.split(';');
  const options = parseOptions(rest.join(';'), hash === 'pkcs5', expandInner);
  const value = Buffer.from(lookUp(field), 'latin1');
  const digest = hash === 'pkcs5' ? pkcs5(value, field, options) : rounds(hash, value, options);
  const cut = options.truncate > 0 ? truncateBits(digest, options.truncate) : digest;
  return cut.toString(options.format);
};

/** PBKDF2-HMAC-SHA256, 336 bytes (the original asks for the size of a C structure); without a salt the variable's name salts. */
const pkcs5 = (value: Buffer, field: string, options: Options): Buffer =>
  pbkdf2Sync(value, Buffer.from(options.salt ?? field, 'latin1'), options.rounds, PKCS5_BYTES, 'sha256');

const rounds = (hash: string, value: Buffer, options: Options): Buffer => {
  const digest = DIGESTS[hash];
  if (digest === undefined) throw new TemplateError(`Unknown variable '%${hash}'`);
  const salt = Buffer.from(options.salt ?? '', 'latin1');
  let data = value;
  for (let i = 0; i < options.rounds; i++) data = digest(Buffer.concat([salt, data]));
  return data;
};

const parseOptions = (text: string, isPkcs5: boolean, expandInner: (text: string) => ByteString): Options => {
  const options: Options = { rounds: isPkcs5 ? 2048 : 1, truncate: 0, format: 'hex', salt: undefined };
  for (const word of text.split(',')) {
    const equals = word.indexOf('=');
    if (equals === -1) continue;
    const value = word.slice(equals + 1);
    switch (word.slice(0, equals)) {
      case 'rounds':
        options.rounds = number(value, 'rounds');
        if (options.rounds < 1) throw bad('rounds must be at least 1');
        if (options.rounds > MAX_ROUNDS) throw bad(`rounds must be at most ${MAX_ROUNDS}`);
        break;
      case 'truncate':
        options.truncate = number(value, 'truncbits');
        break;
      case 'salt':
        options.salt = expandInner(value);
        return options;
      case 'format':
        if (value !== 'hex' && value !== 'hexuc' && value !== 'base64') throw bad(`'${value}' is not supported format`);
        options.format = value === 'base64' ? 'base64' : 'hex';
        break;
      default:
        break;
    }
  }
  return options;
};

const bad = (text: string): TemplateError => new TemplateError(`Cannot parse hash arguments:${text}`);

const number = (text: string, what: string): number => {
  const value = parseUint32(text);
  if (value === undefined) throw bad(`'${text}' is not number for ${what}`);
  return value;
};

/** The first `bits` bits as one number, big endian, without leading bytes beyond them. */
const truncateBits = (digest: Buffer, bits: number): Buffer => {
  if (bits >= digest.length * 8) return digest;
  const bytes = Math.ceil(bits / 8);
  const shifted = BigInt(`0x${digest.subarray(0, bytes).toString('hex')}`) >> BigInt(bytes * 8 - bits);
  return Buffer.from(shifted.toString(16).padStart(bytes * 2, '0'), 'hex');
};
