/**
 * Running two servers under the same load, turn by turn, so that whatever else the machine does meets both alike; each
 * number is the median of its turns.
 */
import { fileURLToPath } from 'node:url';
import { run } from '../interop/lib/process.ts';

export type Contender = { readonly name: 'homing' | 'dovecot'; readonly target: string };

/** `ratio` over 1: Homing is better. */
export type Result = {
  readonly work: string;
  readonly homing: number;
  readonly dovecot: number;
  readonly ratio: number;
  readonly unit: string;
};

/** `users`: how many a director has. */
export type Effort = { readonly seconds: number; readonly turns: number; readonly users: number };

const LOAD_LIMIT_MS = 120_000;

/** What one run of a load generator did, and in how long. */
export type Done = { readonly count: number; readonly seconds: number };

/** One run of a load generator against one target. */
export const loadOn = async (load: string, target: string, ...args: (string | number)[]): Promise<Done> => {
  const file = fileURLToPath(new URL(`load/${load}.ts`, import.meta.url));
  const { code, stdout, stderr } = await run(process.execPath, [file, target, ...args.map(String)], {}, LOAD_LIMIT_MS);
  if (code !== 0) throw new Error(`${load} on ${target}: ${stderr}`);
  return JSON.parse(stdout) as Done;
};

/** `rate` measures one contender once. */
export const compare = async (
  work: string,
  unit: string,
  contenders: readonly Contender[],
  turns: number,
  rate: (target: string) => Promise<number>,
): Promise<Result> => {
  const rates: Record<Contender['name'], number[]> = { homing: [], dovecot: [] };
  for (let turn = 0; turn < turns; turn++) {
    for (const { name, target } of turn % 2 === 0 ? contenders : contenders.toReversed()) {
      rates[name].push(await rate(target));
    }
  }
  const [homing, dovecot] = [median(rates.homing), median(rates.dovecot)];
  return { work, homing, dovecot, ratio: homing / dovecot, unit };
};

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

export const resultLine = ({ work, homing, dovecot, ratio, unit }: Result): string =>
  `BENCH ${work} homing=${shown(homing)} dovecot=${shown(dovecot)} ratio=${ratio.toFixed(2)} ${unit}`;

/** Rates without a fraction; a few microseconds with one. */
const shown = (value: number): string => value.toFixed(value < 100 ? 2 : 0);
