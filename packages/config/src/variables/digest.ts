/**
 * `%{<hash>[;rounds=N][,...]:<variable>}`: hashes of lib/hash-method.c and PBKDF2 (`pkcs5`). Options are separated by
 * commas: `rounds`, `truncate` (first bits, right aligned), `format` (`hexuc` prints lower case in 2.3), `salt` (a
 * template; options after it are not read).
 */
import type { Expansion } from './expand.ts';
import { md4 } from './md4.ts';
import { badFunction, VariableFailure } from './template-error.ts';

/** OpenSSL's names. */
const OPENSSL = ['md5', 'sha1', 'sha256', 'sha384', 'sha512', 'sha3-256', 'sha3-512'] as const;
export type DigestName = (typeof OPENSSL)[number];

/** What a template's hashes are computed with. */
export type Digests = {
  readonly hash: (algorithm: DigestName, data: Uint8Array) => Uint8Array;
  /** PBKDF2-HMAC-SHA256. */
  readonly pbkdf2: (password: Uint8Array, salt: Uint8Array, rounds: number, length: number) => Uint8Array;
};

export type DigestCall = {
  readonly algorithm: string;
  /** What stood between the first `;` and `:`. */
  readonly options: string;
  /** The variable's name. */
  readonly field: string;
  readonly lookUp: () => string;
};

const size = (data: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(data.length));
  return bytes;
};

const PKCS5_BYTES = 336;
const SHA256_BITS = 256;

/** Rounds are the administrator's; this bounds only a slip of the pen that would stop the server for minutes. */
const MAX_ROUNDS = 10_000_000;

const isOpenssl = (name: string): name is DigestName => (OPENSSL as readonly string[]).includes(name);
const isKnown = (name: string): boolean => isOpenssl(name) || ['md4', 'size', 'pkcs5'].includes(name);

/** Found in any case, though only lower case then works, as in the original. */
export const isDigest = (algorithm: string): boolean => isKnown(algorithm.toLowerCase());

/** Throws VariableFailure. */
export const digestVariable = (
  call: DigestCall,
  digests: Digests,
  expandInner: (text: string) => Expansion,
): string => {
  const { algorithm, field } = call;
  if (!isKnown(algorithm)) throw new VariableFailure('unknown-variable', `Unknown variable '%${algorithm}'`);
  const value = Buffer.from(valueToHash(call), 'latin1');
  const options = parseOptions(call.options, algorithm === 'pkcs5', expandInner);
  const salt = options.salt === undefined ? undefined : Buffer.from(options.salt, 'latin1');
  const digest =
    algorithm === 'pkcs5'
      ? pkcs5(value, salt ?? Buffer.from(field, 'latin1'), options.rounds, digests)
      : repeat(algorithm, value, salt ?? Buffer.alloc(0), options.rounds, digests);
  const bits = algorithm === 'pkcs5' ? Math.min(options.truncate, SHA256_BITS) : options.truncate;
  return (bits > 0 ? truncateBits(digest, bits) : digest).toString(options.format);
};

/** Nothing is printed in the place of a variable that the hash does not find. */
const valueToHash = ({ lookUp }: DigestCall): string => {
  try {
    return lookUp();
  } catch (error) {
    throw error instanceof VariableFailure ? new VariableFailure(error.code, error.message) : error;
  }
};

/** 336 bytes: the original asks for the size of a C structure. Without a salt the variable's name salts. */
const pkcs5 = (value: Buffer, salt: Buffer, rounds: number, { pbkdf2 }: Digests): Buffer =>
  Buffer.from(pbkdf2(value, salt, rounds, PKCS5_BYTES));

const repeat = (algorithm: string, value: Buffer, salt: Buffer, rounds: number, { hash }: Digests): Buffer => {
  let data = value;
  for (let i = 0; i < rounds; i++) {
    const salted = Buffer.concat([salt, data]);
    if (isOpenssl(algorithm)) data = Buffer.from(hash(algorithm, salted));
    else data = algorithm === 'md4' ? md4(salted) : size(salted);
  }
  return data;
};

type Options = { rounds: number; truncate: number; format: 'hex' | 'base64'; salt: string | undefined };

const parseOptions = (text: string, isPkcs5: boolean, expandInner: (text: string) => Expansion): Options => {
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
        options.salt = saltOf(expandInner(value));
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

/** An unknown variable salts with its UNSUPPORTED_VARIABLE_x, as in the original; a broken function does not. */
const saltOf = ({ text, error }: Expansion): string => {
  if (error?.code === 'bad-function') throw badFunction(error.message);
  return text;
};

const bad = (text: string): VariableFailure => badFunction(`Cannot parse hash arguments:${text}`);

const number = (text: string, what: string): number => {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 0xffff_ffff)) throw bad(`'${text}' is not number for ${what}`);
  return value;
};

/** The first `bits` bits as one number, big endian, without leading bytes beyond them. */
const truncateBits = (digest: Buffer, bits: number): Buffer => {
  if (bits >= digest.length * 8) return digest;
  const bytes = Math.ceil(bits / 8);
  const shifted = BigInt(`0x${digest.subarray(0, bytes).toString('hex')}`) >> BigInt(bytes * 8 - bits);
  return Buffer.from(shifted.toString(16).padStart(bytes * 2, '0'), 'hex');
};
