/**
 * `log_timestamp`: strftime(3) in the C locale and local time, plus Dovecot's `%{usecs}` (failures.c). Formats once a
 * second, not once a line.
 */
export type FormatTimestamp = (now: number) => string;

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

export const createTimestamp = (format: string): FormatTimestamp => {
  let second = Number.NaN;
  let parts: string[] = [];
  return (now) => {
    if (Math.floor(now / 1000) !== second) {
      second = Math.floor(now / 1000);
      parts = format.split('%{usecs}').map((part) => strftime(part, new Date(second * 1000)));
    }
    return parts.length === 1 ? (parts[0] ?? '') : parts.join(`${two(now % 1000, 3)}000`);
  };
};

const two = (n: number, width = 2): string => String(n).padStart(width, '0');
const blank = (n: number): string => String(n).padStart(2, ' ');
const hour12 = (t: Date): number => t.getHours() % 12 || 12;
const dayOfYear = (t: Date): number =>
  Math.round((new Date(t).setHours(0, 0, 0, 0) - new Date(t.getFullYear(), 0, 1).getTime()) / 86_400_000) + 1;
const zone = (t: Date): string => {
  const minutes = -t.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`;
};
const zoneName = (t: Date): string =>
  new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(t).find((p) => p.type === 'timeZoneName')
    ?.value ?? '';

const CONVERSIONS: Readonly<Record<string, (t: Date) => string>> = {
  a: (t) => (DAYS[t.getDay()] ?? '').slice(0, 3),
  A: (t) => DAYS[t.getDay()] ?? '',
  b: (t) => (MONTHS[t.getMonth()] ?? '').slice(0, 3),
  B: (t) => MONTHS[t.getMonth()] ?? '',
  c: (t) => strftime('%a %b %e %H:%M:%S %Y', t),
  C: (t) => two(Math.floor(t.getFullYear() / 100)),
  d: (t) => two(t.getDate()),
  D: (t) => strftime('%m/%d/%y', t),
  e: (t) => blank(t.getDate()),
  F: (t) => strftime('%Y-%m-%d', t),
  h: (t) => (MONTHS[t.getMonth()] ?? '').slice(0, 3),
  H: (t) => two(t.getHours()),
  I: (t) => two(hour12(t)),
  j: (t) => two(dayOfYear(t), 3),
  k: (t) => blank(t.getHours()),
  l: (t) => blank(hour12(t)),
  m: (t) => two(t.getMonth() + 1),
  M: (t) => two(t.getMinutes()),
  n: () => ' ',
  p: (t) => (t.getHours() < 12 ? 'AM' : 'PM'),
  r: (t) => strftime('%I:%M:%S %p', t),
  R: (t) => strftime('%H:%M', t),
  s: (t) => String(Math.floor(t.getTime() / 1000)),
  S: (t) => two(t.getSeconds()),
  t: () => '\t',
  T: (t) => strftime('%H:%M:%S', t),
  u: (t) => String(t.getDay() || 7),
  w: (t) => String(t.getDay()),
  x: (t) => strftime('%m/%d/%y', t),
  X: (t) => strftime('%H:%M:%S', t),
  y: (t) => two(t.getFullYear() % 100),
  Y: (t) => String(t.getFullYear()),
  z: zone,
  Z: zoneName,
  '%': () => '%',
};

/** A conversion that C does not know stays as written, as glibc does. */
const strftime = (format: string, t: Date): string =>
  format.replace(/%([a-zA-Z%])/g, (whole, letter: string) => CONVERSIONS[letter]?.(t) ?? whole);
