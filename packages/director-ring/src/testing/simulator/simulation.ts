/** A world with a checker that watches it, and what there is to tell about it. */
import { parseMailServers } from '../../core/host/mail-servers.ts';
import { testSettings } from '../start.ts';
import { type Checker, createChecker } from './checker.ts';
import { createWorld } from './create-world.ts';
import { directorName, type SimMember } from './member.ts';
import { checkDisturbed, checkHandedOut, checkSettled, hostFlushed } from './one-backend.ts';
import { login } from './requests.ts';
import { ringShape } from './ring-shape.ts';
import { type MailUser, mailUser } from './users.ts';
import { type Observer, ringMembers, runningMembers, seconds, type World } from './world.ts';

export type SimulationOptions = {
  readonly directors: readonly string[];
  /** As in `director_mail_servers`. */
  readonly hosts: string;
  readonly expireSeconds: number;
  readonly seed: number;
  readonly pingIdleSeconds: number;
  /** Those who are kicked log in again soon, somewhere. */
  readonly comesBack: boolean;
};

export type Simulation = {
  readonly options: SimulationOptions;
  readonly world: World;
  readonly checker: Checker;
  /** What happened since it was read last. */
  output: string[];
  /** Which commands of the ring are told of as they are sent: none, unless asked for. */
  told: ReadonlySet<string>;
};

const COME_BACK_MS = 3000;
const COME_BACK_SECONDS = 20;
/** Those who removed a director do not listen for so long when others name it; a ring that is cut has seen it in part. */
const REMOVED_MS = 30_000;

export const createSimulation = (options: SimulationOptions): Simulation => {
  const mailHosts = parseMailServers(options.hosts).flatMap((item) =>
    item.item === 'address' ? [{ ip: item.ip, hostname: '', tag: item.tag }] : [],
  );
  const settings = {
    ...testSettings,
    director_mail_servers: options.hosts,
    director_user_expire: options.expireSeconds,
    director_ping_idle_timeout: options.pingIdleSeconds,
  };
  const checker = createChecker();
  const tell = (text: string): void => void simulation.output.push(text);
  const observer: Observer = {
    handedOut(session) {
      tell(`${session.user.name} on ${session.ip} through ${session.member}`);
      checkHandedOut(checker, world, session);
    },
    kicked({ user, ip, member }) {
      tell(`${user.name} kicked from ${ip} at ${member}`);
      if (options.comesBack) comeBack(world, user);
    },
    loginFailed: (member, user, reason) => tell(`${user} fails at ${member.name}: ${reason}`),
    asked: (member, command) => noteCommand(simulation, member, command, ''),
    replied(member, command, reply, ms) {
      tell(`${member.name}: ${reply.trimEnd()}${ms === 0 ? '' : ` after ${ms / 1000} s`}`);
      noteCommand(simulation, member, command, reply.trimEnd());
    },
    sending(from, to, bytes) {
      watchFlushes(checker, world, bytes);
      if (simulation.told.size > 0) tellLines(simulation, `${from}>${to}`, bytes);
    },
    settled: (member) => checkSettled(checker, world, member),
    disturbed: () => checkDisturbed(checker, world),
  };
  const world = createWorld({ seed: options.seed, directors: options.directors, mailHosts, settings, observer });
  const simulation: Simulation = { options, world, checker, output: [], told: new Set() };
  return simulation;
};

/** What the checker must know of an admin command: when it is asked, and when it is replied to, for it may wait. */
const noteCommand = ({ checker, world }: Simulation, member: SimMember, command: string, reply: string): void => {
  const [verb, ip = ''] = command.split(' ');
  if (verb === 'HOST-FLUSH' || verb === 'HOST-REMOVE' || (verb === 'HOST-RESET-USERS' && hasNowhere(member))) {
    hostFlushed(checker, world, ip);
  }
  const name = directorName(ip);
  const { removed } = world;
  const now = world.queue.now();
  if (verb === 'DIRECTOR-REMOVE') removed.set(name, now);
  const isForgotten = (removed.get(name) ?? now) + REMOVED_MS <= now && ringShape(world) === 'synced';
  const isHeard = isForgotten && ringMembers(world).includes(member);
  if (verb !== 'DIRECTOR-ADD' || reply !== 'OK' || !isHeard || !removed.delete(name)) return;
  const added = world.members.get(name);
  if (added !== undefined) checker.added.add(added);
};

/** Users who are to be moved somewhere are flushed instead. */
const hasNowhere = ({ director }: SimMember): boolean =>
  director?.hosts.all().every(({ isDown, vhosts }) => isDown || vhosts === 0) === true;

const comeBack = (world: World, user: MailUser): void => {
  world.queue.after(world.random.below(COME_BACK_MS), () => {
    const members = runningMembers(world);
    if (members.length > 0) login(world, world.random.pick(members), user, world.random.between(1, COME_BACK_SECONDS));
  });
};

const watchFlushes = (checker: Checker, world: World, bytes: string): void => {
  if (!bytes.startsWith('HOST-')) return;
  const ip = /^HOST-(?:FLUSH|REMOVE)\t[^\t]*\t[^\t]*\t[^\t]*\t([^\t\n]*)/.exec(bytes)?.[1];
  if (ip !== undefined) hostFlushed(checker, world, ip);
};

const tellLines = ({ world, told, output }: Simulation, where: string, bytes: string): void => {
  for (const line of bytes.trimEnd().split('\n')) {
    if (told.has(line.split('\t')[0] ?? '')) output.push(`${seconds(world)} ${where} ${line.replaceAll('\t', ' ')}`);
  }
};

/** One object for each name and tag. */
export const userOf = ({ checker }: Simulation, name: string, tag = ''): MailUser => {
  const known = checker.users.find((user) => user.name === name && user.tag === tag);
  if (known !== undefined) return known;
  const user = mailUser(name, tag);
  checker.users.push(user);
  return user;
};

/** Of a connection that ended: how many bytes, and when. */
const TRAFFIC = /(?:, | \()bytes in=.*/;

/** Warnings and errors of a director since the last time, with the time they were logged. */
export const takeLog = ({ world }: Simulation, member: SimMember): string[] => {
  const lines = member.log.filter(({ level }) => level !== 'info' && level !== 'debug');
  member.log = [];
  return lines.map(({ at, level, text }) => `${seconds(world, at)} ${level}: ${text.replace(TRAFFIC, '')}`);
};
