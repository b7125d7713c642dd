/** Runs a schedule, lets the ring recover, and says what was wrong. */
import { runSimulationCommand } from './commands.ts';
import { convergenceProblems } from './convergence.ts';
import type { Schedule } from './schedule.ts';
import { createSimulation } from './simulation.ts';

export type RunResult = {
  /** Empty if everything held. */
  readonly problems: readonly string[];
  readonly splits: number;
  readonly healed: number;
};

/** A director that failed is tried again after 60 s, the preferred one every 30 s; a silent one is given up after 45 s. */
const RECOVERY_SECONDS = 120;

/** Administrators' commands wait for so long. */
const ADMIN_SECONDS = 31;

/** Nothing is wrong any more; those who are down stay so. */
export const recovery = (directors: readonly string[]): string[] => {
  const all = directors.join(',');
  const calm = ['heal', `delay ${all} ${all} 2`, `thaw ${directors.join(' ')}`];
  return [...calm, `wait ${ADMIN_SECONDS}`, 'stop-removed', `wait ${RECOVERY_SECONDS}`];
};

export const runSchedule = ({ options, commands }: Schedule): RunResult => {
  const simulation = createSimulation(options);
  const { checker, world } = simulation;
  try {
    for (const command of [...commands, ...recovery(options.directors)]) {
      runSimulationCommand(simulation, command);
      simulation.output = [];
      if (checker.violations.length > 0) break;
    }
    const problems = checker.violations.length > 0 ? checker.violations : convergenceProblems(simulation);
    return { problems, splits: checker.splits, healed: checker.healed };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { problems: [`${(world.queue.now() - world.startedAt) / 1000} s: ${text}`], splits: 0, healed: 0 };
  }
};
