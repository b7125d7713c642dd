/** What stands between `%` and the variable: modifiers from left to right, then offset and width. */
import { createHash } from 'node:crypto';
import { asciiLower, asciiUpper, type ByteString } from '@homing/wire';
import type { Format } from './template.ts';

/** `H` and `N` use up width and offset themselves (as modulus and minimum digits). */
type Shaping = { offset: number; width: number };
type Modifier = (value: ByteString, shaping: Shaping) => ByteString;

const MODIFIERS: Readonly<Record<string, Modifier>> = {
  L: asciiLower,
  U: asciiUpper,
  E: (value) => value.replace(/["'\\]/g, '\\$&'),
  X: (value) => (isUint64(value) ? BigInt(value).toString(16) : '0'),
  R: (value) => value.split('').reverse().join(''),
  T: (value) => value.replace(/[ \t\n\v\f\r]+$/, ''),
  M: (value) => createHash('md5').update(value, 'latin1').digest('hex'),
  D: (value) => value.replaceAll('.', ',dc='),
  H: (value, shaping) => digits(BigInt(elfHash(value)), shaping),
  N: (value, shaping) => digits(createHash('md5').update(value, 'latin1').digest().readBigUInt64BE(0), shaping),
};

export const isModifier = (letter: string | undefined): boolean =>
  letter !== undefined && Object.hasOwn(MODIFIERS, letter);

export const shape = (raw: ByteString, format: Format): ByteString => {
  const shaping = { offset: format.offset, width: format.width };
  let value = raw;
  for (const letter of format.modifiers) value = MODIFIERS[letter]?.(value, shaping) ?? value;
  const { offset, width } = shaping;
  if (offset < 0) value = value.slice(offset);
  else if (offset > 0) value = value.slice(offset);
  if (width === 0) return value;
  if (format.zeroPadding) return value.padStart(width, '0');
  // Dropping more bytes than there are keeps them all, as the original's unsigned arithmetic does.
  if (width < 0) return value.length + width < 0 ? value : value.slice(0, value.length + width);
  return value.slice(0, width);
};

const isUint64 = (value: string): boolean => /^\d{1,20}$/.test(value) && BigInt(value) <= 0xffff_ffff_ffff_ffffn;

const digits = (hash: bigint, shaping: Shaping): string => {
  const { width, offset } = shaping;
  const reduced = width === 0 ? hash : hash % BigInt(width);
  shaping.width = 0;
  shaping.offset = 0;
  return BigInt.asUintN(32, reduced).toString(16).padStart(Math.max(offset, 0), '0');
};

/** lib/hash.c str_hash(): PJW, 32 bit. Bytes above 127 count as unsigned (captured on amd64). */
const elfHash = (value: ByteString): number => {
  let h = 0;
  for (let i = 0; i < value.length; i++) {
    h = ((h << 4) + value.charCodeAt(i)) >>> 0;
    const high = h & 0xf000_0000;
    if (high !== 0) h = (h ^ (high >>> 24) ^ high) >>> 0;
  }
  return h;
};
