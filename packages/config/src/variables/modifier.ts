/** What stands between `%` and the variable: modifiers from left to right, then offset and width. */
import { asciiLower, asciiUpper } from './ascii.ts';
import type { Digests } from './digest.ts';
import type { Format } from './template.ts';
import { badFunction } from './template-error.ts';

/** `H` and `N` use up width and offset themselves (as modulus and minimum digits). */
type Shaping = { offset: number; width: number };
type Modifier = (value: string, shaping: Shaping, digests: Digests) => string;

const MODIFIERS: Readonly<Record<string, Modifier>> = {
  L: asciiLower,
  U: asciiUpper,
  E: (value) => value.replace(/["'\\]/g, '\\$&'),
  X: (value) => (isUint64(value) ? BigInt(value).toString(16) : '0'),
  R: (value) => value.split('').reverse().join(''),
  T: (value) => value.replace(/[ \t\n\v\f\r]+$/, ''),
  M: (value, _, digests) => Buffer.from(md5(value, digests)).toString('hex'),
  D: (value) => value.replaceAll('.', ',dc='),
  H: (value, shaping) => digits(BigInt(elfHash(value)), 32, shaping),
  N: (value, shaping, digests) => digits(Buffer.from(md5(value, digests)).readBigUInt64BE(0), 64, shaping),
};

export const isModifier = (letter: string | undefined): boolean =>
  letter !== undefined && Object.hasOwn(MODIFIERS, letter);

/** Throws VariableFailure. */
export const shape = (raw: string, format: Format, digests: Digests): string => {
  if (format.plain) return raw;
  const shaping = { offset: format.offset, width: format.width };
  let value = raw;
  for (const letter of format.modifiers) value = MODIFIERS[letter]?.(value, shaping, digests) ?? value;
  const { offset, width } = shaping;
  if (offset !== 0) value = value.slice(offset);
  if (width === 0) return value;
  if (format.zeroPadding) return zeros(value, width);
  // Dropping more bytes than there are keeps them all, as the original's unsigned arithmetic does.
  if (width < 0) return value.length + width < 0 ? value : value.slice(0, value.length + width);
  return value.slice(0, width);
};

const isUint64 = (value: string): boolean => /^\d{1,20}$/.test(value) && BigInt(value) <= 0xffff_ffff_ffff_ffffn;

const md5 = (value: string, digests: Digests): Uint8Array => digests.hash('md5', Buffer.from(value, 'latin1'));

/** More than any value needs; bounds only a slip of the pen. */
const MAX_PADDING = 65_536;

const zeros = (value: string, width: number): string => {
  if (width > MAX_PADDING) throw badFunction(`Padding to ${width} is more than ${MAX_PADDING}`);
  return value.padStart(width, '0');
};

/** A negative width is the modulus it becomes as an unsigned number of the hash's size. */
const digits = (hash: bigint, bits: 32 | 64, shaping: Shaping): string => {
  const { width, offset } = shaping;
  const reduced = width === 0 ? hash : hash % BigInt.asUintN(bits, BigInt(width));
  shaping.width = 0;
  shaping.offset = 0;
  return zeros(BigInt.asUintN(32, reduced).toString(16), offset);
};

/** lib/hash.c str_hash(): PJW, 32 bit. Bytes above 127 count as unsigned (captured on amd64). */
const elfHash = (value: string): number => {
  let h = 0;
  for (let i = 0; i < value.length; i++) {
    h = ((h << 4) + value.charCodeAt(i)) >>> 0;
    const high = h & 0xf000_0000;
    if (high !== 0) h = (h ^ (high >>> 24) ^ high) >>> 0;
  }
  return h;
};
