/**
 * Times inside auth fields (`proxy_timeout=500ms`), read as lib-settings does: a number and a unit of which any
 * beginning will do (`m`, `min`, `mins`). A bare number is the caller's matter.
 */
const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['milliseconds', 1],
  ['msecs', 1],
  ['seconds', 1000],
  ['secs', 1000],
  ['minutes', 60_000],
  ['mins', 60_000],
  ['hours', 3_600_000],
  ['days', 86_400_000],
  ['weeks', 604_800_000],
];

/** `ms` is no beginning of a word, `m` means minutes. */
const SHORT: ReadonlyMap<string, number> = new Map([
  ['m', 60_000],
  ['ms', 1],
]);

/** Milliseconds; undefined for anything else, also for a number without unit other than 0. */
export const parseInterval = (text: string): number | undefined => {
  const [, digits, unit = ''] = /^(\d{1,10}) *([a-zA-Z]*)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const count = Number(digits);
  if (unit === '') return count === 0 ? 0 : undefined;
  const name = unit.toLowerCase();
  const ms = SHORT.get(name) ?? UNITS.find(([word]) => word.startsWith(name))?.[1];
  return ms === undefined || count * ms > 0xffff_ffff ? undefined : count * ms;
};
