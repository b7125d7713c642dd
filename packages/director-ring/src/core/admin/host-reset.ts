/**
 * HOST-RESET-USERS: moves the users of some mail hosts to where their hash says now, a few at a time; if it says
 * nowhere, kills their sessions and forgets them (doveadm-connection.c, director_reset_cmd_run). Goes on after its
 * client has left.
 */
import { DIRECTOR_ADMIN_REPLY, type IpAddress } from '@homing/wire';
import type { Director } from '../director.ts';
import type { MailHost } from '../host/mail-host.ts';
import type { Tag } from '../host/mail-hosts.ts';
import { countMoving } from '../move/moves.ts';
import { killUser, moveUser } from '../move/start-move.ts';
import { formatSeconds } from '../ring/log.ts';
import { isSynced } from '../ring/ring.ts';
import type { UserCursor } from '../user/user-cursor.ts';
import { NO_USER } from '../user/user-records.ts';
import { flushHost } from './host-commands.ts';

export type HostReset = {
  readonly session: number;
  /** By address, since mail hosts may come and go meanwhile. */
  readonly ips: readonly IpAddress[];
  readonly maxMoving: number;
  readonly since: number;
  next: number;
  /** How far it is, in the tag that the mail host had then; another director may change it meanwhile. */
  walk: { readonly tag: Tag; readonly users: UserCursor } | undefined;
  moved: number;
  hasKilled: boolean;
};

export const startReset = (
  director: Director,
  session: number,
  ips: readonly IpAddress[],
  maxMoving: number,
  now: number,
): void => {
  const reset = { session, ips, maxMoving, since: now, next: 0, walk: undefined, moved: 0, hasKilled: false };
  director.resets.push(reset);
  runResets(director, now);
};

/** A move has ended, or the ring is synced: while it is not, no new moves. */
export const continueResets = (director: Director, now: number): void => {
  if (isSynced(director.ring)) runResets(director, now);
};

/** In the order they were asked for; one that has to wait holds the next ones back. */
const runResets = (director: Director, now: number): void => {
  for (let reset = director.resets[0]; reset !== undefined; reset = director.resets[0]) {
    if (!continueReset(director, reset, now)) return;
    director.resets.shift();
    director.effects.push({ do: 'reply', session: reset.session, reply: DIRECTOR_ADMIN_REPLY.ok });
  }
};

/** True when its last move has been started. */
const continueReset = (director: Director, reset: HostReset, now: number): boolean => {
  for (; reset.next < reset.ips.length; reset.next++) {
    const ip = reset.ips[reset.next];
    const host = ip === undefined ? undefined : director.hosts.find(ip);
    if (host === undefined) {
      endWalk(reset);
      reset.hasKilled = false;
    } else if (!resetHost(director, reset, host, now)) return false;
  }
  return true;
};

const resetHost = (director: Director, reset: HostReset, host: MailHost, now: number): boolean => {
  const tag = director.hosts.tagOf(host);
  const isFull = (): boolean => countMoving(director.moves) >= reset.maxMoving;
  if (isFull()) return false;
  if (reset.walk?.tag !== tag) endWalk(reset);
  const walk = reset.walk ?? { tag, users: tag.users.cursor() };
  reset.walk = walk;
  for (let user = walk.users.next(); user !== NO_USER; user = walk.users.next()) {
    if (tag.users.hostOf(user) !== host.slot) continue;
    const { hash } = tag.users.user(user);
    const newHost = director.hosts.byHash(hash, host.tag);
    if (newHost === host) continue;
    if (newHost === undefined) {
      killUser(director, tag, user, host, now);
      reset.hasKilled = true;
    } else moveUser(director, hash, newHost, undefined, now);
    reset.moved++;
    if (isFull()) return false;
  }
  endWalk(reset);
  director.effects.push(movedLine(reset, now));
  if (reset.hasKilled) flushHost(director, host, now);
  reset.hasKilled = false;
  return true;
};

const endWalk = (reset: HostReset): void => {
  reset.walk?.users.close();
  reset.walk = undefined;
};

const movedLine = (reset: HostReset, now: number) => {
  const ms = now - reset.since;
  return {
    do: 'log',
    level: 'info',
    event: 'director_host_reset_finished',
    fields: { users: reset.moved, hosts: reset.ips.length, milliseconds: ms },
    text: `Moved ${reset.moved} users in ${reset.ips.length} hosts in ${formatSeconds(ms)} secs (max parallel=${reset.maxMoving})`,
  } as const;
};
