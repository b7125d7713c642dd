/**
 * All moves at work: feeds them events and carries their effects out on the director. A user is known by its tag and hash
 * here, since its record may be freed under a move.
 */
import { assertNever, type IpAddress, type RingOrigin } from '@homing/wire';
import { createDeadlines, type Deadlines } from '../deadlines.ts';
import type { Director } from '../director.ts';
import type { OldHost } from '../effect.ts';
import type { Tag } from '../host/mail-hosts.ts';
import { createLogThrottle, type LogThrottle } from '../log-throttle.ts';
import { send } from '../ring/peer.ts';
import { ownOrigin, update } from '../ring/propagate.ts';
import { isSynced, type Member, type Ring } from '../ring/ring.ts';
import { announceUser } from '../ring/user-update.ts';
import { NO_USER } from '../user/user-records.ts';
import { type MoveEffect, type MoveEvent, type MoveState, stepMove } from './user-move.ts';

/** Whose change it is: the director that told us of it, and the one that made it. Undefined: our own. */
export type Told = { readonly source: Member; readonly origin: RingOrigin };

export type Move = {
  readonly id: number;
  readonly hash: number;
  /** Undefined: it passes through, and no user here is moved. */
  readonly tag: Tag | undefined;
  readonly oldHost: OldHost | undefined;
  /** Where to; undefined if that is not known here, or nowhere. */
  target: IpAddress | undefined;
  readonly isInitiator: boolean;
  /** Only our own sessions of the user are dropped, and no other director knows. */
  isLocal: boolean;
  /** The initiator, if it was our left when the move began: the token would come from there. */
  readonly left: Member | undefined;
  /** Our left connection then. */
  readonly leftPeer: number | undefined;
  state: MoveState;
  /** Our right when we, its initiator, told others of it. */
  toldRight: number | undefined;
  /** The connection that the token was sent on. */
  tokenTo: number | undefined;
};

export type Moves = {
  readonly byId: Map<number, Move>;
  readonly byUser: Map<string, Move>;
  /** Of these so many only pass through. */
  passing: number;
  /** All but delays. */
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
  passing: 0,
  limits: createDeadlines(MOVE_TIMEOUT_MS),
  delays: createDeadlines(kickDelaySeconds * 1000),
  timeoutThrottle: createLogThrottle(),
  failureThrottle: createLogThrottle(),
});

export const addMove = (director: Director, move: Move, now: number): void => {
  const { moves } = director;
  moves.byId.set(move.id, move);
  moves.byUser.set(userKey(move.tag, move.hash), move);
  if (move.tag === undefined) moves.passing++;
  moves.limits.add(move, now);
};

/** Users being moved here. */
export const countMoving = ({ byId, passing }: Moves): number => byId.size - passing;

export const findMove = ({ moves }: Director, tag: Tag | undefined, hash: number): Move | undefined =>
  moves.byUser.get(userKey(tag, hash));

/** In every tag: tokens do not say which. */
export const movesOf = (director: Director, hash: number): Move[] =>
  [undefined, ...director.hosts.tags()].flatMap((tag) => findMove(director, tag, hash) ?? []);

export const advanceMove = (director: Director, move: Move, event: MoveEvent, now: number): void => {
  if (!director.moves.byId.has(move.id)) return;
  const { ring, settings } = director;
  const before = move.state.at;
  const facts = {
    isInitiator: move.isInitiator,
    // Without a right the ring may be about to close again.
    isAlone: move.isLocal || (ring.right === undefined && isSynced(ring)),
    wantsFlush: settings.director_flush_socket !== '' && move.isInitiator && move.oldHost !== undefined,
  };
  const [state, effects] = stepMove(move.state, event, facts);
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
export const abandonMove = (director: Director, tag: Tag | undefined, hash: number): void => {
  const move = findMove(director, tag, hash);
  if (move === undefined) return;
  if (move.state.at === 'flushing') director.effects.push({ do: 'forget-flush', id: move.id });
  endMove(director, move);
};

/**
 * The ring is synced: what was on its way has arrived, or was lost with a connection. What was lost is said again, which
 * upstream does not; there the move takes its 30 s, and some may never hear of it.
 */
export const continueMoves = (director: Director, now: number): void => {
  const { ring, moves } = director;
  if (!isSynced(ring)) return;
  for (const move of moves.byId.values()) {
    const { at } = move.state;
    if (ring.right === undefined) advanceMove(director, move, { on: 'alone' }, now);
    else {
      if (move.isInitiator && move.toldRight !== ring.right.id) tellAgain(director, move, ring.right.id, now);
      if (at === 'waiting-for-everyone' && move.tokenTo !== ring.right.id) passToken(director, move);
      else if (isLeftGone(director, move) ? at === 'killing' || at === 'waiting-for-notify' : isTokenLost(ring, move)) {
        advanceMove(director, move, { on: 'killed' }, now);
      }
    }
  }
};

/** Those who heard of it go on from where they are; for the others it begins. */
const tellAgain = (director: Director, move: Move, right: number, now: number): void => {
  const { tag, hash, state, isLocal } = move;
  move.toldRight = right;
  if (tag === undefined || isLocal || state.at === 'flushing' || state.at === 'delay') return;
  const user = tag.users.find(hash, Math.floor(now / 1000));
  if (user === NO_USER) return;
  // As at the others, who hear of a move that begins now.
  tag.users.refresh(user, Math.floor(now / 1000));
  const { ip } = director.hosts.at(tag.users.hostOf(user));
  update(director, director.ring.self, { cmd: 'USER-MOVE', origin: ownOrigin(director), hash, ip });
};

const isLeftGone = ({ ring }: Director, { left }: Move): boolean => left !== undefined && left !== ring.left?.member;

/** With the connection it would have come on, or the others are done without us. */
const isTokenLost = ({ left }: Ring, { state, leftPeer }: Move): boolean =>
  state.at === 'waiting-for-notify' && leftPeer !== left?.id;

const passToken = (director: Director, move: Move): void => {
  const { right } = director.ring;
  move.tokenTo = right?.id;
  if (right !== undefined) send(director, right, { cmd: 'USER-KILLED', hash: move.hash });
};

const userKey = (tag: Tag | undefined, hash: number): string => (tag === undefined ? `${hash}` : `${hash} ${tag.name}`);

const finishMove = (director: Director, move: Move): void => {
  // Not `find`: a user that expired meanwhile must lose its mark too, and is dropped by the next lookup.
  move.tag?.users.endKill(move.hash);
  endMove(director, move);
};

const endMove = (director: Director, move: Move): void => {
  const { moves } = director;
  if (!moves.byId.delete(move.id)) return;
  if (move.tag === undefined) moves.passing--;
  moves.byUser.delete(userKey(move.tag, move.hash));
  moves.limits.remove(move);
  moves.delays.remove(move);
  director.isChanged = true;
};

const perform = (director: Director, move: Move, effect: MoveEffect, at: MoveState['at'], now: number): void => {
  const { moves, effects, ring } = director;
  const { hash } = move;
  switch (effect.do) {
    case 'pass-token':
      passToken(director, move);
      return;
    case 'tell-everyone':
      refreshMoved(director, move, now);
      update(director, ring.self, { cmd: 'USER-KILLED-EVERYWHERE', origin: ownOrigin(director), hash });
      return;
    case 'delay':
      moves.limits.remove(move);
      moves.delays.add(move, now);
      return;
    case 'forget-flush':
      effects.push({ do: 'forget-flush', id: move.id });
      return;
    case 'log-timeout':
      if (move.tag !== undefined && moves.timeoutThrottle.accept(now)) effects.push(timeoutLine(move, at));
      return;
    case 'flush': {
      const user = move.tag?.users.find(hash, Math.floor(now / 1000)) ?? NO_USER;
      if (move.tag === undefined || user === NO_USER || move.oldHost === undefined) return;
      const host = director.hosts.at(move.tag.users.hostOf(user));
      const request = { hash, oldHost: move.oldHost, newIp: host.ip, newHostname: host.hostname };
      effects.push({ do: 'flush', id: move.id, request });
      return;
    }
    default:
      assertNever(effect);
  }
};

/**
 * Whoever held the token up, ourselves perhaps, has moved the user at that time, and would know it when the others have
 * forgotten it. Upstream leaves it at that.
 */
const refreshMoved = (director: Director, { tag, hash, isInitiator }: Move, now: number): void => {
  const seconds = Math.floor(now / 1000);
  const user = tag?.users.find(hash, seconds) ?? NO_USER;
  if (tag === undefined || user === NO_USER) return;
  // It all took no time.
  if (isInitiator && tag.users.user(user).timestamp === seconds) return;
  tag.users.refresh(user, seconds);
  if (!tag.users.isWeak(user)) announceUser(director, undefined, tag.users, user);
};

const timeoutLine = (move: Move, at: MoveState['at']) =>
  ({
    do: 'log',
    level: 'error',
    event: 'director_user_move_timeout',
    fields: { user_hash: move.hash, state: at },
    text: `Finishing user ${move.hash} move timed out, its state may now be inconsistent (state=${at})`,
  }) as const;
