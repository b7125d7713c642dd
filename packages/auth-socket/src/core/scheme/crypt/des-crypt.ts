/**
 * DES-CRYPT, `ssHHHHHHHHHHH`: 25 times DES over zeros with the password's first 8 characters as key; the 12 bits of the
 * salt swap bits of the expansion (Seventh Edition crypt(3), FIPS 46 tables in des-tables.ts). Bits are array elements:
 * a thousandth of a second a hash is enough for a scheme nobody should use.
 */
import type { ByteString } from '@homing/wire';
import { CRYPT_ALPHABET } from './crypt-base64.ts';
import { EXPANSION, FINAL, INITIAL, KEY_CHOICE_1, KEY_CHOICE_2, PERMUTATION, S_BOXES, SHIFTS } from './des-tables.ts';

type Bits = readonly number[];

export const desCrypt = (password: ByteString, setting: ByteString): ByteString => {
  const salt = setting.slice(0, 2);
  const keys = keySchedule(keyBits(password));
  const expansion = salted(salt);
  let block: Bits = Array.from({ length: 64 }, () => 0);
  for (let i = 0; i < 25; i++) block = encipher(block, keys, expansion);
  return salt + encode(block);
};

const pick = (bits: Bits, table: readonly number[]): number[] => table.map((position) => bits[position - 1] ?? 0);

/** Seven bits a character, each followed by a parity bit that nobody looks at. */
const keyBits = (password: ByteString): Bits => {
  const bits: number[] = [];
  for (let i = 0; i < 8; i++) {
    const code = i < password.length ? password.charCodeAt(i) : 0;
    for (let bit = 6; bit >= 0; bit--) bits.push((code >> bit) & 1);
    bits.push(0);
  }
  return bits;
};

const keySchedule = (key: Bits): Bits[] => {
  const chosen = pick(key, KEY_CHOICE_1);
  let c = chosen.slice(0, 28);
  let d = chosen.slice(28);
  return SHIFTS.map((shift) => {
    c = [...c.slice(shift), ...c.slice(0, shift)];
    d = [...d.slice(shift), ...d.slice(0, shift)];
    return pick([...c, ...d], KEY_CHOICE_2);
  });
};

const salted = (salt: string): readonly number[] => {
  const table = [...EXPANSION];
  for (let i = 0; i < 2; i++) {
    const value = CRYPT_ALPHABET.indexOf(salt[i] ?? '');
    for (let bit = 0; bit < 6; bit++) {
      if (((value >> bit) & 1) === 0) continue;
      const at = 6 * i + bit;
      [table[at], table[at + 24]] = [table[at + 24] ?? 0, table[at] ?? 0];
    }
  }
  return table;
};

const encipher = (block: Bits, keys: readonly Bits[], expansion: readonly number[]): number[] => {
  const start = pick(block, INITIAL);
  let left = start.slice(0, 32);
  let right = start.slice(32);
  for (const key of keys) {
    const mixed = round(right, key, expansion).map((bit, i) => bit ^ (left[i] ?? 0));
    left = right;
    right = mixed;
  }
  return pick([...right, ...left], FINAL);
};

const round = (right: Bits, key: Bits, expansion: readonly number[]): number[] => {
  const expanded = pick(right, expansion).map((bit, i) => bit ^ (key[i] ?? 0));
  const out: number[] = [];
  for (const [box, table] of S_BOXES.entries()) {
    const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0] = expanded.slice(6 * box, 6 * box + 6);
    const value = Number.parseInt(table[(b0 << 5) | (b5 << 4) | (b1 << 3) | (b2 << 2) | (b3 << 1) | b4] ?? '0', 16);
    out.push((value >> 3) & 1, (value >> 2) & 1, (value >> 1) & 1, value & 1);
  }
  return pick(out, PERMUTATION);
};

/** 64 bits and two zeros, six a character, highest first. */
const encode = (block: Bits): string => {
  let text = '';
  for (let at = 0; at < 66; at += 6) {
    let value = 0;
    for (let bit = 0; bit < 6; bit++) value = (value << 1) | (block[at + bit] ?? 0);
    text += CRYPT_ALPHABET[value];
  }
  return text;
};
