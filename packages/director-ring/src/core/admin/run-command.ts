/**
 * Admin commands, each with its reply (doveadm-connection.c).
 *
 * What changes backends or directors is run when the ring is synced, and its `OK` comes when the ring is synced again, so
 * that doveadm knows that everybody has heard. Each of the two waits takes at most 30 s; then the reply is `Ring sync timed
 * out`, and in the second case the change was made all the same.
 */
import {
  assertNever,
  type ByteString,
  type DirectorAdminCommand,
  fitsRingLine,
  DIRECTOR_ADMIN_REPLY as REPLY,
} from '@homing/wire';
import type { Director } from '../director.ts';
import { requestKick } from '../move/admin-kicks.ts';
import type { KickRequest } from '../move/kicks.ts';
import { directorList } from '../ring/director-list.ts';
import { isSynced } from '../ring/ring.ts';
import { addRingDirector, removeRingDirector } from './director-commands.ts';
import { flushHosts, removeHost, setHost, setHostDown } from './host-commands.ts';
import { startReset } from './host-reset.ts';
import { hostList, hostListRemoved, userList } from './lists.ts';
import { lookupUser, moveUserTo } from './user-commands.ts';

export type AdminResult =
  | { result: 'reply'; reply: ByteString }
  /** Rows to send in pieces, so that a million users do not stop logins. */
  | { result: 'rows'; rows: Iterator<ByteString> }
  /** A `reply` effect for this session will come; later commands must wait for it. */
  | { result: 'wait' };

type RingChange = Extract<
  DirectorAdminCommand,
  {
    cmd:
      | 'DIRECTOR-ADD'
      | 'DIRECTOR-REMOVE'
      | 'HOST-SET'
      | 'HOST-UPDATE'
      | 'HOST-UP'
      | 'HOST-DOWN'
      | 'HOST-REMOVE'
      | 'HOST-FLUSH';
  }
>;

/** Waits for the ring; `command` is still to be run, or undefined when only its OK is due. */
export type WaitingAdmin = { readonly session: number; readonly command: RingChange | undefined };

export const runCommand = (
  director: Director,
  command: DirectorAdminCommand,
  session: number,
  now: number,
): AdminResult => {
  switch (command.cmd) {
    case 'DIRECTOR-ADD':
    case 'DIRECTOR-REMOVE':
    case 'HOST-SET':
    case 'HOST-UPDATE':
    case 'HOST-UP':
    case 'HOST-DOWN':
    case 'HOST-REMOVE':
    case 'HOST-FLUSH':
      return runRingChange(director, command, session, now);
    case 'HOST-LIST':
      return reply(hostList(director));
    case 'HOST-LIST-REMOVED':
      return reply(hostListRemoved(director));
    case 'DIRECTOR-LIST':
      return reply(directorList(director, now));
    case 'HOST-RESET-USERS': {
      if (command.ip !== undefined && director.hosts.find(command.ip) === undefined) return reply(REPLY.notFound);
      const ips = command.ip === undefined ? director.hosts.all().map((host) => host.ip) : [command.ip];
      startReset(director, session, ips, command.maxMoving ?? director.settings.director_max_parallel_moves, now);
      return { result: 'wait' };
    }
    case 'USER-LOOKUP':
      return reply(lookupUser(director, command.user, command.tag, now));
    case 'USER-LIST':
      return { result: 'rows', rows: userList(director, command.ip, now) };
    case 'USER-MOVE':
      return reply(moveUserTo(director, command.user, command.ip, now));
    case 'USER-KICK':
    case 'USER-KICK-ALT':
      return kick(director, command, command.nowait, session, now);
    default:
      return assertNever(command);
  }
};

/**
 * The ring may be synced: changes that were made have been heard by all; one that waits is made, and holds the others
 * back.
 */
export const continueAdmin = (director: Director, now: number): void => {
  const { waiting } = director.admin;
  for (const isMade of [true, false]) {
    for (const entry of waiting) {
      if (!isSynced(director.ring)) return;
      if ((entry.command === undefined) === isMade) continueEntry(director, entry, now);
    }
  }
};

const continueEntry = (director: Director, entry: WaitingAdmin, now: number): void => {
  const { session, command } = entry;
  director.admin.waiting.delete(entry);
  director.admin.limits.remove(entry);
  const result = command === undefined ? reply(REPLY.ok) : runRingChange(director, command, session, now);
  if (result.result === 'reply') director.effects.push({ do: 'reply', session, reply: result.reply });
};

export const failLateAdmin = (director: Director, now: number): void => {
  const { waiting, limits } = director.admin;
  for (let entry = limits.due(now); entry !== undefined; entry = limits.due(now)) {
    limits.remove(entry);
    waiting.delete(entry);
    director.effects.push({ do: 'reply', session: entry.session, reply: REPLY.syncTimedOut });
  }
};

const runRingChange = (director: Director, command: RingChange, session: number, now: number): AdminResult => {
  if (!isSynced(director.ring)) return wait(director, { session, command }, now);
  const text = changeRing(director, command, now);
  const needsSync = command.cmd !== 'DIRECTOR-ADD' && (command.cmd !== 'HOST-FLUSH' || command.ip !== undefined);
  if (text !== REPLY.ok || !needsSync || isSynced(director.ring)) return reply(text);
  return wait(director, { session, command: undefined }, now);
};

const wait = ({ admin }: Director, entry: WaitingAdmin, now: number): AdminResult => {
  admin.waiting.add(entry);
  admin.limits.add(entry, now);
  return { result: 'wait' };
};

const changeRing = (director: Director, command: RingChange, now: number): ByteString => {
  switch (command.cmd) {
    case 'DIRECTOR-ADD':
      return addRingDirector(director, command.ip, command.port, now);
    case 'DIRECTOR-REMOVE':
      return removeRingDirector(director, command.ip, command.port, now);
    case 'HOST-SET':
    case 'HOST-UPDATE':
      return setHost(director, command, now);
    case 'HOST-UP':
    case 'HOST-DOWN':
      return setHostDown(director, command.ip, command.cmd === 'HOST-DOWN', now);
    case 'HOST-REMOVE':
      return removeHost(director, command.ip, now);
    case 'HOST-FLUSH':
      return flushHosts(director, command.ip, now);
    default:
      return assertNever(command);
  }
};

const kick = (director: Director, request: KickRequest, nowait: boolean, session: number, now: number): AdminResult => {
  const names = request.cmd === 'USER-KICK' ? [request.username] : [request.field, request.value];
  if (!fitsRingLine(...names)) return reply(REPLY.nameTooLong);
  return requestKick(director, session, request, !nowait, now) ? { result: 'wait' } : reply(REPLY.tryAgain);
};

const reply = (text: ByteString): AdminResult => ({ result: 'reply', reply: text });
