/**
 * Times: a number, spaces, a unit. A unit may be any prefix of its name, in any case: `s`, `mins`, `h`. Only 0 needs
 * none. Types in seconds take milliseconds when they are whole seconds.
 */
import { ValueError } from './setting.ts';

const UINT_MAX = 0xffff_ffff;

const units = [
  { names: ['secs', 'seconds'], seconds: 1 },
  { names: ['mins', 'minutes'], seconds: 60 },
  { names: ['hours'], seconds: 60 * 60 },
  { names: ['days'], seconds: 24 * 60 * 60 },
  { names: ['weeks'], seconds: 7 * 24 * 60 * 60 },
];
const millisecondNames = ['msecs', 'mseconds', 'millisecs', 'milliseconds'];

const isPrefixOf = (word: string, names: readonly string[]): boolean => names.some((name) => name.startsWith(word));

const splitNumber = (text: string): { number: number; unit: string } => {
  const match = /^([0-9]+) *(.*)$/s.exec(text);
  const [, digits = '', unit = ''] = match ?? [];
  if (match === null || BigInt(digits) > 0xffff_ffff_ffff_ffffn) {
    throw new ValueError(`Invalid time interval: ${text}`);
  }
  return { number: Number(digits), unit: unit.toLowerCase() };
};

/** In the type's own unit: `scale` is 1 for seconds and 1000 for milliseconds. */
const parseScaled = (text: string, scale: 1 | 1000): number => {
  const { number, unit } = splitNumber(text);
  if (unit === '') {
    if (number === 0) return 0;
    throw new ValueError(`Time interval '${text}' is missing units (add e.g. 's' for seconds)`);
  }
  const found = units.find(({ names }) => isPrefixOf(unit, names));
  let value = number * (found?.seconds ?? 1) * scale;
  if (found === undefined) {
    if (!isPrefixOf(unit, millisecondNames)) throw new ValueError(`Invalid time interval: ${text}`);
    if (scale === 1 && number % 1000 !== 0) {
      throw new ValueError(`Milliseconds not supported for this setting: ${text}`);
    }
    value = scale === 1 ? number / 1000 : number;
  }
  if (value > UINT_MAX) throw new ValueError(`Time interval is too large: ${text}`);
  return value;
};

/** Seconds. */
export const parseTime = (text: string): number => parseScaled(text, 1);

/** Milliseconds. */
export const parseMsecs = (text: string): number => parseScaled(text, 1000);

const printed = [
  { name: 'mins', times: 60 },
  { name: 'hours', times: 60 },
  { name: 'days', times: 24 },
  { name: 'weeks', times: 7 },
];

/** The largest unit that divides it: `90 secs`, `15 mins`, `1 weeks`. */
export const printTime = (seconds: number): string => {
  if (seconds === 0) return '0';
  let value = seconds;
  let unit = 'secs';
  for (const { name, times } of printed) {
    if (value % times !== 0) break;
    value /= times;
    unit = name;
  }
  return `${value} ${unit}`;
};

export const printMsecs = (msecs: number): string => (msecs % 1000 === 0 ? printTime(msecs / 1000) : `${msecs} ms`);
