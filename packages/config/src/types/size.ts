/**
 * Sizes in bytes: a number, spaces, `B`, or one of `k M G T` with an optional `i` and `B`, in any case. No fractions.
 * `Infinity` stands for Dovecot's unset size, the largest 64 bit number.
 */
import { ValueError } from './setting.ts';

const UNSET = 0xffff_ffff_ffff_ffffn;
const powers: Readonly<Record<string, bigint>> = { k: 1n, m: 2n, g: 3n, t: 4n };

export const parseSize = (text: string): number => {
  const match = /^([0-9]+) *(?:(b)|([kmgt])i?b?)?$/i.exec(text);
  const [, digits = '', , unit = ''] = match ?? [];
  if (match === null || BigInt(digits) > UNSET) throw new ValueError(`Invalid size: ${text}`);
  const bytes = BigInt(digits) * 1024n ** (powers[unit.toLowerCase()] ?? 0n);
  if (bytes > UNSET) throw new ValueError(`Size is too large: ${text}`);
  return bytes === UNSET ? Number.POSITIVE_INFINITY : Number(bytes);
};

const suffixes = ['B', 'k', 'M', 'G', 'T'];

export const printSize = (bytes: number): string => {
  if (bytes === 0) return '0';
  if (bytes === Number.POSITIVE_INFINITY) return `${UNSET} B`;
  let value = bytes;
  let power = 0;
  while (power < suffixes.length - 1 && value % 1024 === 0) {
    value /= 1024;
    power++;
  }
  return `${value} ${suffixes[power]}`;
};
