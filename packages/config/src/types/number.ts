/** Whole numbers as lib's str_to_uint, str_to_ullong_oct and net_str2port read them. */
import { ValueError } from './setting.ts';

const UINT_MAX = 0xffff_ffff;

export const parseUint = (text: string): number => {
  if (/^[0-9]+$/.test(text)) {
    const value = Number(text);
    if (value <= UINT_MAX) return value;
    throw new ValueError(`Invalid number ${text}: Number too large`);
  }
  const why = /^-[0-9]+$/.test(text) ? 'Number too small' : 'Not a valid number';
  throw new ValueError(`Invalid number ${text}: ${why}`);
};

/** A leading 0 makes it octal; without one the text is decimal, so `mode = 600` is 01130. */
export const parseOctal = (text: string): number => {
  if (!text.startsWith('0')) return parseUint(text);
  if (!/^[0-7]+$/.test(text)) throw new ValueError(`Invalid number: ${text}`);
  return Number.parseInt(text, 8) % (UINT_MAX + 1);
};

export const printOctal = (value: number): string => `0${value.toString(8)}`;

export const parsePort = (text: string): number => {
  const value = /^[0-9]+$/.test(text) ? Number(text) : UINT_MAX;
  if (value > 65_535) throw new ValueError(`Invalid port number ${text}`);
  return value;
};
