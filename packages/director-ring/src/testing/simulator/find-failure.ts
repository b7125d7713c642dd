import { runSchedule } from './run-schedule.ts';
import { randomSchedule } from './schedule.ts';
import { formatSchedule } from './script.ts';
import { shrink } from './shrink.ts';

/** `failure`: '' if every seed held; else the first that did not, as a ring script to put into `scripts/`. */
export type Findings = { readonly failure: string; readonly splits: number; readonly healed: number };

export const findFailure = (firstSeed: number, goesOn: (count: number) => boolean): Findings => {
  let splits = 0;
  let healed = 0;
  for (let count = 0; goesOn(count); count++) {
    const seed = firstSeed + count;
    const schedule = randomSchedule(seed);
    const result = runSchedule(schedule);
    if (result.problems.length > 0) {
      const script = formatSchedule(shrink(schedule));
      return { failure: `seed ${seed}: ${result.problems.join('\n')}\n\n${script}`, splits, healed };
    }
    splits += result.splits;
    healed += result.healed;
  }
  return { failure: '', splits, healed };
};
