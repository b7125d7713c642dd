/**
 * Directors, the network between them, and the people who log in, under one simulated clock. Nothing here decides what a
 * director does; the effects of its core are carried out, late, and it is brought the events, as the service does.
 */
import type { NewMailHost } from '../../core/host/mail-hosts.ts';
import type { DirectorSettings } from '../../core/settings.ts';
import type { Clients, Session } from './clients.ts';
import type { EventQueue } from './event-queue.ts';
import { createMember, type SimMember } from './member.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';

/** What a checker, or a script, hears. */
export type Observer = {
  /** Somebody was given a mail host. */
  handedOut(session: Session): void;
  /** A session ended because its director was told to kick the user. */
  kicked(session: Session): void;
  loginFailed(member: SimMember, user: string, reason: string): void;
  /** A director begins to carry out an admin command. */
  asked(member: SimMember, command: string): void;
  replied(member: SimMember, command: string, reply: string, milliseconds: number): void;
  /** A director is about to send this. */
  sending(from: string, to: string, bytes: string): void;
  /** A director has handled an event completely. */
  settled(member: SimMember): void;
  /** A director began, ended, froze or went on, or a link changed. */
  disturbed(): void;
};

export type WorldOptions = {
  readonly seed: number;
  /** Those that are configured to be in the ring. */
  readonly directors: readonly string[];
  readonly mailHosts: readonly NewMailHost[];
  readonly settings: DirectorSettings;
  readonly observer: Observer;
};

export type WaitingAdmin = { readonly member: SimMember; readonly command: string; readonly since: number };

export type World = {
  readonly options: WorldOptions;
  readonly queue: EventQueue;
  readonly random: Random;
  readonly network: Network;
  readonly clients: Clients;
  readonly members: Map<string, SimMember>;
  /** Directors that an administrator may have taken out of the ring, and when. */
  readonly removed: Map<string, number>;
  /** By admin session. */
  readonly waitingAdmins: Map<number, WaitingAdmin>;
  /** Unix milliseconds. */
  readonly startedAt: number;
  nextSession: number;
};

/** Since the world began. */
export const seconds = (world: World, at = world.queue.now()): string => `${(at - world.startedAt) / 1000} s`;

export const memberOf = (world: World, name: string): SimMember => {
  const known = world.members.get(name) ?? createMember(name);
  world.members.set(name, known);
  return known;
};

export const runningMembers = (world: World): SimMember[] =>
  [...world.members.values()].filter(({ status }) => status !== 'stopped');

/** Those that all the others want in the ring. One that was removed serves for itself until somebody stops it. */
export const ringMembers = (world: World): SimMember[] => {
  const running = runningMembers(world);
  const isWanted = (ip: string): boolean => running.every((other) => other.ip === ip || lists(other, ip));
  return running.filter(({ ip, name }) => !world.removed.has(name) && isWanted(ip));
};

const lists = ({ director }: SimMember, ip: string): boolean =>
  director?.ring.members.some((member) => member.ip === ip && member.removedSince === undefined) ?? false;
