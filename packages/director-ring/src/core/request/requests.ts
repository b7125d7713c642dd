/**
 * Login requests: which mail host a user gets, at once if possible (director-request.c). A request that must wait does so
 * in one queue, is tried again, in order, whenever something changed, and fails 30 s after it came.
 */
import type { ByteString } from '@homing/wire';
import { createDeadlines, type Deadlines } from '../deadlines.ts';
import type { Director } from '../director.ts';
import type { MailHost } from '../host/mail-host.ts';
import { NO_USER } from '../user/user-records.ts';
import { hashUsername } from './hash-username.ts';

type WaitingRequest = { readonly hash: number; readonly tag: ByteString; readonly since: number; reason: WaitReason };

/** Why a request waits, in the words of Dovecot's log line; `sessions unknown` is our own. */
export type WaitReason = 'no hosts' | 'kill waiting' | 'sessions unknown';

export type Requests = {
  /** By ticket, in the order they came. */
  readonly waiting: Map<number, WaitingRequest>;
  readonly limits: Deadlines<number>;
  /** Asked since the start. */
  count: number;
};

export type Answer =
  | { result: 'host'; host: MailHost }
  | { result: 'wait'; ticket: number }
  | { result: 'fail'; reason: string };

const REQUEST_TIMEOUT_MS = 30_000;

export const createRequests = (): Requests => ({
  waiting: new Map(),
  limits: createDeadlines(REQUEST_TIMEOUT_MS),
  count: 0,
});

export const requestHost = (director: Director, username: ByteString, tag: ByteString, now: number): Answer => {
  const hash = hashUsername(director, username);
  if (hash === undefined) return { result: 'fail', reason: 'Failed to expand director_username_hash' };
  director.requests.count++;
  const found = assignHost(director, hash, tag, now);
  if (typeof found === 'object') return { result: 'host', host: found };
  const ticket = director.nextId++;
  director.requests.waiting.set(ticket, { hash, tag, since: now, reason: found });
  director.requests.limits.add(ticket, now);
  return { result: 'wait', ticket };
};

/** A user keeps its mail host for as long as it is known, and is refreshed; a new one goes where its hash says. */
const assignHost = (director: Director, hash: number, tagName: ByteString, now: number): MailHost | WaitReason => {
  const seconds = Math.floor(now / 1000);
  const tag = director.hosts.tag(tagName);
  const user = tag === undefined ? NO_USER : tag.users.find(hash, seconds);
  if (tag !== undefined && user !== NO_USER) {
    if (tag.users.isBeingKilled(user)) return 'kill waiting';
    tag.users.refresh(user, seconds);
    return director.hosts.at(tag.users.hostOf(user));
  }
  if (director.relearn.until !== undefined) return 'sessions unknown';
  const host = director.hosts.byHash(hash, tagName);
  if (host === undefined) return 'no hosts';
  director.hosts.tagOf(host).users.add(hash, host.slot, seconds);
  return host;
};

/** Tries every waiting request again, in order. */
export const retryRequests = (director: Director, now: number): void => {
  const { waiting, limits } = director.requests;
  for (const [ticket, request] of waiting) {
    const found = assignHost(director, request.hash, request.tag, now);
    if (typeof found === 'string') {
      request.reason = found;
      continue;
    }
    waiting.delete(ticket);
    limits.remove(ticket);
    director.effects.push({ do: 'answer', ticket, answer: { result: 'host', host: found } });
  }
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
  const facts = [`Ring synced for ${seconds - Math.floor(director.syncedSince / 1000)} secs`];
  const users = director.hosts.tag(request.tag)?.users;
  const user = users?.find(request.hash, seconds) ?? NO_USER;
  if (users !== undefined && user !== NO_USER) {
    facts.push(`user refreshed ${seconds - users.user(user).timestamp} secs ago`);
  }
  facts.push(`hash=${request.hash}`);
  if (request.tag !== '') facts.push(`tag=${request.tag}`);
  return `Timeout because ${request.reason} - queued for ${queued} secs (${facts.join(', ')})`;
};
