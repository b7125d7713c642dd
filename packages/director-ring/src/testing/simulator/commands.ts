/**
 * What can be done to the world, one command a line, in ring scripts and in random schedules alike:
 *
 *     start DIRECTOR...            stop DIRECTOR...             SIGTERM, with its login processes
 *     stop-removed                                              those that were taken out of the ring
 *     kill DIRECTOR...             kill -9; its login processes live on
 *     crash DIRECTOR...            the machine is gone          power-off DIRECTOR...   and nobody is told
 *     freeze DIRECTOR...           thaw DIRECTOR...             SIGSTOP and SIGCONT
 *     deafen DIRECTOR...           its login processes do not answer kicks
 *     cut A B [silent|reset]       heal A B                     links; `d2,d3` names several, `heal` alone heals all
 *     delay A B MS                 wait SECONDS
 *     login DIRECTOR USER[@@TAG] [SECONDS]                      a session that lasts 60 s unless told otherwise
 *     admin DIRECTOR COMMAND ARG...
 *     tell COMMAND...              lines of the ring to be told of from now on, as they are sent
 *     ring | users | hosts | log DIRECTOR... | lookup DIRECTOR USER[@@TAG] | check
 */
import { convergenceProblems } from './convergence.ts';
import { describeHosts, describeRing, describeUsers } from './describe.ts';
import { crash, freeze, start, stop, thaw } from './lifecycle.ts';
import type { SimMember } from './member.ts';
import { cut, heal, setDelay } from './network.ts';
import { checkDisturbed } from './one-backend.ts';
import { recordOf } from './records.ts';
import { admin, login } from './requests.ts';
import { type Simulation, takeLog, userOf } from './simulation.ts';
import type { MailUser } from './users.ts';
import { memberOf } from './world.ts';

type Command = (simulation: Simulation, args: readonly string[]) => void;

export const runSimulationCommand = (simulation: Simulation, line: string): void => {
  const [verb = '', ...args] = line.split(' ');
  const command = Object.hasOwn(COMMANDS, verb) ? COMMANDS[verb] : undefined;
  if (command === undefined) throw new Error(`unknown command: ${line}`);
  command(simulation, args);
};

const DEFAULT_SESSION_SECONDS = 60;

const forEach =
  (run: (simulation: Simulation, name: string) => void): Command =>
  (simulation, args) => {
    for (const name of args) run(simulation, name);
  };

const memberAt = ({ world }: Simulation, name: string | undefined): SimMember => memberOf(world, name ?? '');

const userAt = (simulation: Simulation, text = ''): MailUser => {
  const [name = '', tag] = text.split('@@');
  return userOf(simulation, name, tag);
};

const forEachLink = ([a = '', b = '']: readonly string[], run: (a: string, b: string) => void): void => {
  for (const one of a.split(',')) for (const other of b.split(',')) if (one !== other) run(one, other);
};

const COMMANDS: Readonly<Record<string, Command>> = {
  start: forEach(({ world }, name) => start(world, name)),
  stop: forEach(({ world }, name) => stop(world, name)),
  'stop-removed': ({ world }) => {
    for (const name of world.removed.keys()) stop(world, name);
  },
  kill: forEach(({ world }, name) => crash(world, name, 'process')),
  crash: forEach(({ world }, name) => crash(world, name, 'machine')),
  'power-off': forEach(({ world }, name) => crash(world, name, 'power')),
  freeze: forEach(({ world }, name) => freeze(world, name)),
  thaw: forEach(({ world }, name) => thaw(world, name)),
  deafen: forEach((simulation, name) => {
    memberAt(simulation, name).isDeaf = true;
  }),
  cut({ world, checker }, args) {
    forEachLink(args, (a, b) => cut(world.network, a, b, args[2] === 'reset' ? 'reset' : 'silent'));
    checkDisturbed(checker, world);
  },
  heal({ world }, args) {
    const names = [...world.members.keys()].join(',');
    forEachLink(args.length === 0 ? [names, names] : args, (a, b) => heal(world.network, a, b));
  },
  delay({ world, checker }, args) {
    forEachLink(args, (a, b) => setDelay(world.network, a, b, Math.max(1, Number(args[2]))));
    checkDisturbed(checker, world);
  },
  wait({ world }, [seconds]) {
    world.queue.runUntil(world.queue.now() + Math.round(Number(seconds) * 1000));
  },
  login(simulation, [name, user, seconds = DEFAULT_SESSION_SECONDS]) {
    const known = userAt(simulation, user);
    const { length } = simulation.output;
    login(simulation.world, memberAt(simulation, name), known, Number(seconds));
    if (simulation.output.length === length) simulation.output.push(`${known.name} waits at ${name}`);
  },
  admin: (simulation, [name, ...words]) => admin(simulation.world, memberAt(simulation, name), words.join(' ')),
  tell(simulation, args) {
    simulation.told = new Set(args);
  },
  lookup(simulation, [name, text]) {
    const user = userAt(simulation, text);
    simulation.output.push(`hash=${user.hash} ${recordOf(memberAt(simulation, name), user)?.ip ?? 'unknown'}`);
  },
  ring: (simulation) => void simulation.output.push(...describeRing(simulation.world)),
  users: (simulation) => void simulation.output.push(...describeUsers(simulation)),
  hosts: (simulation) => void simulation.output.push(...describeHosts(simulation.world)),
  log: forEach((simulation, name) => simulation.output.push(...takeLog(simulation, memberAt(simulation, name)))),
  check(simulation) {
    const { violations, splits, healed } = simulation.checker;
    const problems = [...violations, ...convergenceProblems(simulation)];
    simulation.output.push(...(problems.length === 0 ? [`${splits} split, ${healed} healed`] : problems));
  },
};
