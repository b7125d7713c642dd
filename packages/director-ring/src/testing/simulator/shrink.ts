/** The shortest part of a failing schedule that still fails in the same way. */
import { runSchedule } from './run-schedule.ts';
import type { Schedule } from './schedule.ts';

/** What went wrong, whoever it happened to and whenever. */
const kindOf = (schedule: Schedule): string =>
  (runSchedule(schedule).problems[0] ?? '')
    .replace(/^[\d.]+ s: /, '')
    .replace(/[a-z]?[\d.]+/g, '')
    .slice(0, 40);

export const shrink = (schedule: Schedule): Schedule => {
  const kind = kindOf(schedule);
  const fails = (commands: readonly string[]): boolean => kindOf({ ...schedule, commands }) === kind;
  let commands = schedule.commands;
  for (let size = Math.ceil(commands.length / 4); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < commands.length; ) {
      const fewer = commands.toSpliced(at, size);
      if (fewer.length < commands.length && fails(fewer)) commands = fewer;
      else at += size;
    }
  }
  return { ...schedule, commands: shortenWaits(commands, fails) };
};

/** Whole seconds are easier to read. */
const shortenWaits = (commands: readonly string[], fails: (commands: readonly string[]) => boolean): string[] => {
  const result = [...commands];
  for (const [i, command] of commands.entries()) {
    const seconds = /^wait (.*)/.exec(command)?.[1];
    if (seconds === undefined) continue;
    for (const shorter of [1, 5, Math.ceil(Number(seconds))]) {
      const shortened = result.with(i, `wait ${shorter}`);
      if (shorter > Number(seconds) + 1 || !fails(shortened)) continue;
      result[i] = `wait ${shorter}`;
      break;
    }
  }
  return result;
};
