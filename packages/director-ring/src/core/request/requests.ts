/**
 * Login requests: which mail host a user gets, at once if possible (director-request.c). A request that must wait does so
 * in one queue, is tried again, in order, whenever something changed, and fails 30 s after it came.
 */
import type { ByteString } from '@homing/wire';
import { createDeadlines, type Deadlines } from '../deadlines.ts';
import type { Director } from '../director.ts';
import type { Failure } from '../effect.ts';
import type { MailHost } from '../host/mail-host.ts';
import { createLogThrottle, type LogThrottle } from '../log-throttle.ts';
import { isHandshaked, isSynced } from '../ring/ring.ts';
import { announceContested } from '../ring/user-update.ts';
import { fullText } from '../room.ts';
import type { UserDirectory } from '../user/user-directory.ts';
import { NO_USER, type UserId } from '../user/user-records.ts';
import { assignHost, type WaitReason } from './assign-host.ts';
import { isForRing, warnLater } from './delay-warning.ts';
import { hashUsername } from './hash-username.ts';

type WaitingRequest = { readonly hash: number; readonly tag: ByteString; readonly since: number; reason: WaitReason };

export type Requests = {
  /** By ticket, in the order they came. */
  readonly waiting: Map<number, WaitingRequest>;
  readonly limits: Deadlines<number>;
  /** When the log is to say that requests wait for the ring. */
  delayWarningAt: number | undefined;
  /** Asked since the start. */
  count: number;
  readonly noRoomThrottle: LogThrottle;
};

export type Answer = { result: 'host'; host: MailHost } | { result: 'wait'; ticket: number } | Failure;

const REQUEST_TIMEOUT_MS = 30_000;
const NO_ROOM_LINES = { lines: 10, ms: 60_000 };

export const createRequests = (): Requests => ({
  waiting: new Map(),
  limits: createDeadlines(REQUEST_TIMEOUT_MS),
  delayWarningAt: undefined,
  count: 0,
  noRoomThrottle: createLogThrottle(NO_ROOM_LINES),
});

export const requestHost = (director: Director, username: ByteString, tag: ByteString, now: number): Answer => {
  const hash = hashUsername(director, username);
  if (hash === undefined) return { result: 'fail', reason: 'Failed to expand director_username_hash' };
  director.requests.count++;
  const found = assignHost(director, hash, tag, now);
  if (typeof found === 'object') return { result: 'host', host: found };
  if (found === 'no room') return noRoom(director, now);
  if (isForRing(found)) warnLater(director, now);
  const ticket = director.nextId++;
  director.requests.waiting.set(ticket, { hash, tag, since: now, reason: found });
  director.requests.limits.add(ticket, now);
  return { result: 'wait', ticket };
};

/** Tries every waiting request again, in order. Those that wait for the ring, only when it is synced. */
export const retryRequests = (director: Director, now: number): void => {
  announceContested(director, now);
  const { waiting, limits } = director.requests;
  if (isSynced(director.ring)) director.requests.delayWarningAt = undefined;
  for (const [ticket, request] of waiting) {
    if (isForRing(request.reason) && !isSynced(director.ring)) continue;
    const found = assignHost(director, request.hash, request.tag, now);
    if (typeof found === 'string' && found !== 'no room') {
      if (isForRing(found)) warnLater(director, now);
      request.reason = found;
      continue;
    }
    waiting.delete(ticket);
    limits.remove(ticket);
    const answer = found === 'no room' ? noRoom(director, now) : ({ result: 'host', host: found } as const);
    director.effects.push({ do: 'answer', ticket, answer });
  }
};

const noRoom = (director: Director, now: number): Failure => {
  const isLogged = director.requests.noRoomThrottle.accept(now);
  return { result: 'fail', reason: isLogged ? fullText(director) : undefined };
};

export const failLateRequests = (director: Director, now: number): void => {
  const { waiting, limits } = director.requests;
  for (let ticket = limits.due(now); ticket !== undefined; ticket = limits.due(now)) {
    limits.remove(ticket);
    const request = waiting.get(ticket);
    if (request === undefined) continue;
    waiting.delete(ticket);
    const answer = { result: 'fail', reason: timeoutReason(director, request, now) } as const;
    director.effects.push({ do: 'answer', ticket, answer });
  }
};

const timeoutReason = (director: Director, request: WaitingRequest, now: number): string => {
  const seconds = Math.floor(now / 1000);
  const queued = seconds - Math.floor(request.since / 1000);
  const facts = [ringFact(director, seconds)];
  const users = director.hosts.tag(request.tag)?.users;
  const user = users?.find(request.hash, seconds) ?? NO_USER;
  if (users !== undefined && user !== NO_USER) {
    if (users.isWeak(user)) facts.push('weak user');
    facts.push(`user refreshed ${seconds - users.user(user).timestamp} secs ago`);
    if (request.reason === 'weak user') letIn(director, users, user);
  }
  facts.push(`hash=${request.hash}`);
  if (request.tag !== '') facts.push(`tag=${request.tag}`);
  return `Timeout because ${request.reason} - queued for ${queued} secs (${facts.join(', ')})`;
};

const ringFact = ({ ring }: Director, seconds: number): string => {
  if (!isHandshaked(ring)) return 'Ring has never been synced';
  return `Ring ${isSynced(ring) ? '' : 'not '}synced for ${seconds - Math.floor(ring.stateSince / 1000)} secs`;
};

/** Nobody could be asked for so long: those who come next should not wait in vain too. */
const letIn = (director: Director, users: UserDirectory, user: UserId): void => {
  users.setWeak(user, false);
  director.isChanged = true;
};
