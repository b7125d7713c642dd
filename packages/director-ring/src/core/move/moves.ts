/**
 * All moves at work: starts them, feeds them events, and carries their effects out on the director. A user is known by
 * its tag and hash here, since its record may be freed under a move.
 */
import { assertNever, type ByteString } from '@homing/wire';
import { createDeadlines, type Deadlines } from '../deadlines.ts';
import type { Director } from '../director.ts';
import type { OldHost } from '../effect.ts';
import type { MailHost } from '../host/mail-host.ts';
import type { Tag } from '../host/mail-hosts.ts';
import { createLogThrottle, type LogThrottle } from '../log-throttle.ts';
import { NO_USER, type UserId } from '../user/user-records.ts';
import { startKick } from './kicks.ts';
import { type MoveEffect, type MoveEvent, type MoveState, stepMove } from './user-move.ts';

export type Move = {
  readonly id: number;
  readonly hash: number;
  readonly tag: Tag;
  readonly oldHost: OldHost | undefined;
  state: MoveState;
};

export type Moves = {
  readonly byId: Map<number, Move>;
  readonly byUser: Map<string, Move>;
  /** Killing and flushing. */
  readonly limits: Deadlines<Move>;
  readonly delays: Deadlines<Move>;
  readonly timeoutThrottle: LogThrottle;
  readonly failureThrottle: LogThrottle;
};

/** DIRECTOR_USER_MOVE_TIMEOUT_MSECS. */
const MOVE_TIMEOUT_MS = 30_000;

export const createMoves = (kickDelaySeconds: number): Moves => ({
  byId: new Map(),
  byUser: new Map(),
  limits: createDeadlines(MOVE_TIMEOUT_MS),
  delays: createDeadlines(kickDelaySeconds * 1000),
  timeoutThrottle: createLogThrottle(),
  failureThrottle: createLogThrottle(),
});

/** Puts the user of this hash, known or not, on a mail host. Sessions elsewhere are dropped, logins wait meanwhile. */
export const moveUser = (director: Director, hash: number, host: MailHost, now: number): void => {
  const tag = director.hosts.tagOf(host);
  const seconds = Math.floor(now / 1000);
  const known = tag.users.find(hash, seconds);
  if (known === NO_USER) {
    const added = tag.users.add(hash, host.slot, seconds);
    killUser(director, tag, added, undefined, false, now);
    return;
  }
  const oldHost = director.hosts.at(tag.users.hostOf(known));
  tag.users.moveTo(known, host.slot, seconds);
  killUser(director, tag, known, oldHost, false, now);
};

/** Drops the user's sessions and holds its logins back. `isForced`: even if the mail host stays the same. */
export const killUser = (
  director: Director,
  tag: Tag,
  user: UserId,
  oldHost: MailHost | undefined,
  isForced: boolean,
  now: number,
): void => {
  // A move that runs already goes on from where it is, to wherever the user is now.
  if (tag.users.isBeingKilled(user)) return;
  const { hash, host } = tag.users.user(user);
  const move: Move = {
    id: director.nextId++,
    hash,
    tag,
    oldHost: oldHost && { ip: oldHost.ip, isDown: oldHost.isDown, vhosts: oldHost.vhosts },
    state: { at: 'killing' },
  };
  const { moves } = director;
  moves.byId.set(move.id, move);
  moves.byUser.set(userKey(tag.name, hash), move);
  moves.limits.add(move, now);
  tag.users.setBeingKilled(user, true);
  const hasSessionsElsewhere = oldHost !== undefined && oldHost.slot !== host;
  if (hasSessionsElsewhere || isForced) {
    startKick(director, { for: 'move', move }, { cmd: 'KICK-DIRECTOR-HASH', hash, exceptIp: undefined }, now);
  } else advanceMove(director, move, { on: 'kicked' }, now);
};

export const advanceMove = (director: Director, move: Move, event: MoveEvent, now: number): void => {
  if (!director.moves.byId.has(move.id)) return;
  const before = move.state.at;
  const wantsFlush = director.settings.director_flush_socket !== '' && move.oldHost !== undefined;
  const [state, effects] = stepMove(move.state, event, wantsFlush);
  move.state = state;
  for (const effect of effects) perform(director, move, effect, before, now);
  if (state.at === 'done') finishMove(director, move);
};

/** The flush script ended; `isClean`: it said that nothing is left of the user on the old mail host. */
export const flushFinished = (director: Director, id: number, isClean: boolean, now: number): void => {
  const move = director.moves.byId.get(id);
  if (move !== undefined) advanceMove(director, move, { on: 'flushed', isClean }, now);
};

/** The user of this hash is being forgotten, and its move with it. */
export const abandonMove = (director: Director, tag: Tag, hash: number): void => {
  const move = director.moves.byUser.get(userKey(tag.name, hash));
  if (move === undefined) return;
  if (move.state.at === 'flushing') director.effects.push({ do: 'forget-flush', id: move.id });
  endMove(director, move);
};

const userKey = (tag: ByteString, hash: number): string => `${hash} ${tag}`;

const finishMove = (director: Director, move: Move): void => {
  // Not `find`: a user that expired meanwhile must lose its mark too, and is dropped by the next lookup.
  move.tag.users.endKill(move.hash);
  endMove(director, move);
};

const endMove = (director: Director, move: Move): void => {
  const { moves } = director;
  moves.byId.delete(move.id);
  moves.byUser.delete(userKey(move.tag.name, move.hash));
  moves.limits.remove(move);
  moves.delays.remove(move);
  director.isChanged = true;
};

const perform = (director: Director, move: Move, effect: MoveEffect, at: MoveState['at'], now: number): void => {
  const { moves, effects } = director;
  switch (effect.do) {
    case 'delay':
      moves.limits.remove(move);
      moves.delays.add(move, now);
      return;
    case 'forget-flush':
      effects.push({ do: 'forget-flush', id: move.id });
      return;
    case 'log-timeout':
      if (moves.timeoutThrottle.accept(now)) effects.push(timeoutLine(move, at));
      return;
    case 'flush': {
      const user = move.tag.users.find(move.hash, Math.floor(now / 1000));
      if (user === NO_USER || move.oldHost === undefined) return;
      const host = director.hosts.at(move.tag.users.hostOf(user));
      const request = { hash: move.hash, oldHost: move.oldHost, newIp: host.ip, newHostname: host.hostname };
      effects.push({ do: 'flush', id: move.id, request });
      return;
    }
    default:
      assertNever(effect);
  }
};

const timeoutLine = (move: Move, at: MoveState['at']) =>
  ({
    do: 'log',
    level: 'error',
    event: 'director_user_move_timeout',
    fields: { user_hash: move.hash, state: at },
    text: `Finishing user ${move.hash} move timed out, its state may now be inconsistent (state=${at})`,
  }) as const;
