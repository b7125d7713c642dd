/**
 * Makes stored passwords, for `pw` (auth.md 6.2). `rounds` 0 stands for each scheme's default; every cost is bounded, so
 * that a slip of the pen does not keep the machine busy for days.
 */
import { createHash, createHmac, hash, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { md4 } from '@homing/config';
import type { ByteString } from '@homing/wire';
import { hmacMd5Context } from './cram-md5-context.ts';
import { CRYPT_ALPHABET } from './crypt/crypt-base64.ts';
import type { Crypt } from './scheme.ts';
import { digestMd5Secret } from './scheme-digest.ts';
import { SCHEMES } from './schemes.ts';
import { type Encoding, splitEncoding } from './stored-password.ts';
import { SchemeError } from './verdict.ts';

export type Tools = { readonly randomBytes: (count: number) => Buffer; readonly crypt: Crypt };

export type Wish = {
  readonly plain: ByteString;
  /** Only DIGEST-MD5 needs it. */
  readonly user: ByteString | undefined;
  readonly rounds: number;
};

type Make = (wish: Wish, tools: Tools) => ByteString | Promise<ByteString>;

/** `{SCHEME}data`, scheme in upper case; undefined for a scheme that does not exist. Throws SchemeError. */
export const generatePassword = async (scheme: string, wish: Wish, tools: Tools): Promise<ByteString | undefined> => {
  const split = splitEncoding(scheme);
  const usual = split && SCHEMES.get(split.name)?.encoding;
  const make = split && MAKERS.get(split.name);
  if (split === undefined || usual === undefined || make === undefined) return undefined;
  const raw = await make(wish, tools);
  return `{${scheme.toUpperCase()}}${encode(raw, split.encoding === 'default' ? usual : split.encoding)}`;
};

const encode = (raw: ByteString, encoding: Encoding): ByteString =>
  encoding === 'none' ? raw : Buffer.from(raw, 'latin1').toString(encoding);

const bytes = (text: ByteString): Buffer => Buffer.from(text, 'latin1');
const latin1 = (buffer: Buffer): ByteString => buffer.toString('latin1');
const digest =
  (algorithm: string): Make =>
  ({ plain }) =>
    latin1(hash(algorithm, bytes(plain), 'buffer'));

const salted =
  (algorithm: string): Make =>
  ({ plain }, { randomBytes }) => {
    const salt = randomBytes(4);
    return latin1(Buffer.concat([createHash(algorithm).update(bytes(plain)).update(salt).digest(), salt]));
  };

const saltText = (length: number, { randomBytes }: Tools): string =>
  [...randomBytes(length)].map((byte) => CRYPT_ALPHABET[byte & 0x3f]).join('');

const clamp = (rounds: number, usual: number, min: number, max: number): number =>
  rounds === 0 ? usual : Math.min(Math.max(rounds, min), max);

const shaCrypt =
  (prefix: string): Make =>
  ({ plain, rounds }, tools) => {
    const cost = clamp(rounds, 5000, 1000, 99_999_999);
    return tools.crypt(plain, `${prefix}${cost === 5000 ? '' : `rounds=${cost}$`}${saltText(16, tools)}`);
  };

const md5Crypt: Make = ({ plain }, tools) => tools.crypt(plain, `$1$${saltText(8, tools)}`);

const blowfish: Make = async ({ plain, rounds }, { randomBytes }) => {
  const bcrypt = await import('@node-rs/bcrypt');
  const hashed = await bcrypt.hash(bytes(plain), { salt: randomBytes(16), cost: clamp(rounds, 5, 4, 20) });
  return `$2y${hashed.slice(3)}`;
};

const deriveKey = promisify(pbkdf2);

const pbkdf2Make: Make = async ({ plain, rounds }, tools) => {
  const salt = saltText(16, tools);
  const cost = clamp(rounds, 5000, 1, 0x7fff_ffff);
  const key = await deriveKey(bytes(plain), salt, cost, 20, 'sha1');
  return `$1$${salt}$${cost}$${key.toString('hex')}`;
};

/** libsodium's classes: from so many rounds on so many KiB. */
type Memory = readonly (readonly [rounds: number, kib: number])[];
const KIB_I: Memory = [
  [8, 524_288],
  [6, 131_072],
  [0, 32_768],
];
const KIB_ID: Memory = [
  [4, 1_048_576],
  [3, 262_144],
  [0, 65_536],
];

/** `algorithm`: the library's numbers, 1 is argon2i and 2 argon2id. */
const argon2 =
  (algorithm: 1 | 2, memory: Memory, usual: number, min: number): Make =>
  async ({ plain, rounds }, { randomBytes }) => {
    const library = await import('@node-rs/argon2');
    const wanted = rounds === 0 ? usual : rounds;
    const memoryCost = memory.find(([from]) => wanted >= from)?.[1] ?? 65_536;
    const timeCost = clamp(wanted, usual, min, 64);
    return library.hash(bytes(plain), { algorithm, memoryCost, timeCost, parallelism: 1, salt: randomBytes(16) });
  };

const scram =
  (algorithm: 'sha1' | 'sha256', size: number): Make =>
  async ({ plain }, { randomBytes }) => {
    const salt = randomBytes(16);
    const key = await deriveKey(bytes(plain), salt, 4096, size, algorithm);
    const mac = (text: string): Buffer => createHmac(algorithm, key).update(text).digest();
    const stored = hash(algorithm, mac('Client Key'), 'buffer');
    return ['4096', ...[salt, stored, mac('Server Key')].map((part) => part.toString('base64'))].join(',');
  };

const digestMd5: Make = ({ plain, user }) => {
  if (user === undefined) throw new SchemeError('digest_md5_generate(): username not given');
  return digestMd5Secret(plain, user);
};

const plain: Make = (wish) => wish.plain;
const plainMd4: Make = (wish) => latin1(md4(bytes(wish.plain)));
const cramMd5: Make = (wish) => hmacMd5Context(wish.plain);

const MAKERS: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['PLAIN', plain],
  ['CLEAR', plain],
  ['CLEARTEXT', plain],
  ['PLAIN-TRUNC', plain],
  ['CRYPT', blowfish],
  ['BLF-CRYPT', blowfish],
  ['DES-CRYPT', (wish, tools) => tools.crypt(wish.plain, saltText(2, tools))],
  ['MD5-CRYPT', md5Crypt],
  ['MD5', md5Crypt],
  ['SHA256-CRYPT', shaCrypt('$5$')],
  ['SHA512-CRYPT', shaCrypt('$6$')],
  ['ARGON2I', argon2(1, KIB_I, 4, 3)],
  ['ARGON2ID', argon2(2, KIB_ID, 2, 3)],
  ['PBKDF2', pbkdf2Make],
  ['SHA', digest('sha1')],
  ['SHA1', digest('sha1')],
  ['SHA256', digest('sha256')],
  ['SHA512', digest('sha512')],
  ['SMD5', salted('md5')],
  ['SSHA', salted('sha1')],
  ['SSHA256', salted('sha256')],
  ['SSHA512', salted('sha512')],
  ['PLAIN-MD4', plainMd4],
  ['PLAIN-MD5', digest('md5')],
  ['LDAP-MD5', digest('md5')],
  ['CRAM-MD5', cramMd5],
  ['HMAC-MD5', cramMd5],
  ['DIGEST-MD5', digestMd5],
  ['SCRAM-SHA-1', scram('sha1', 20)],
  ['SCRAM-SHA-256', scram('sha256', 32)],
]);
