/**
 * A ring script: blocks of commands, `----`, what they tell, and an empty line. Lines that begin with `#` are comments. The
 * first command makes the world:
 *
 *     add-directors d1 d2 hosts=10.2.0.11,10.2.0.12@tag [expire=SECONDS] [ping-idle=SECONDS] [seed=NUMBER]
 *         [come-back]
 *
 * Scripts are run again with what the commands tell now, and compared as a whole; `vitest -u` rewrites them.
 */
import { runSimulationCommand } from './commands.ts';
import { recovery } from './run-schedule.ts';
import type { Schedule } from './schedule.ts';
import { createSimulation, type Simulation, type SimulationOptions } from './simulation.ts';

/** The script as it would be if everything it expects were what happens. */
export const replayScript = (script: string): string => {
  let simulation: Simulation | undefined;
  const lines: string[] = [];
  let isExpected = false;
  for (const line of script.trimEnd().split('\n')) {
    if (line === '') isExpected = false;
    if (isExpected) continue;
    lines.push(line);
    if (line === '----') {
      isExpected = true;
      lines.push(...(simulation?.output ?? []));
      if (simulation !== undefined) simulation.output = [];
    } else if (line.startsWith('add-directors ')) simulation = createSimulation(readOptions(line));
    else if (line !== '' && !line.startsWith('#')) runLine(simulation, line);
  }
  return `${lines.join('\n')}\n`;
};

const runLine = (simulation: Simulation | undefined, line: string): void => {
  if (simulation === undefined) throw new Error(`add-directors comes first, not ${line}`);
  runSimulationCommand(simulation, line);
};

const readOptions = (line: string): SimulationOptions => {
  const words = line.split(' ').slice(1);
  const value = (name: string): string | undefined =>
    words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  return {
    directors: words.filter((word) => /^d[0-9]+$/.test(word)),
    hosts: value('hosts')?.replaceAll(',', ' ') ?? '',
    expireSeconds: Number(value('expire') ?? 60),
    pingIdleSeconds: Number(value('ping-idle') ?? 30),
    seed: Number(value('seed') ?? 1),
    comesBack: words.includes('come-back'),
  };
};

/** For a schedule that failed: a script that does the same. */
export const formatSchedule = ({ options, commands }: Schedule): string => {
  const { directors, hosts, expireSeconds, seed, comesBack } = options;
  const words = [...directors, `hosts=${hosts.replaceAll(' ', ',')}`, `expire=${expireSeconds}`, `seed=${seed}`];
  return [
    `add-directors ${words.join(' ')}${comesBack ? ' come-back' : ''}`,
    ...commands,
    ...recovery(directors),
    'check',
    '----',
    '',
  ].join('\n');
};
