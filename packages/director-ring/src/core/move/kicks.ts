/**
 * Commands to the `ipc` service that have no reply yet. Those of moves and of the ring start at once;
 * those an admin asked for start while fewer than `director_max_parallel_kicks` are outstanding, the others wait in
 * order.
 */
import { createDeadlines, type Deadlines } from '../deadlines.ts';
import type { Director } from '../director.ts';
import type { Kick } from '../effect.ts';
import type { Move } from './moves.ts';

/** `ring`: another director asked for it, or found users on two hosts; nobody waits for the result. */
export type KickPurpose = { for: 'move'; move: Move } | { for: 'admin'; session: number } | { for: 'ring' };

export type Kicks = {
  readonly outstanding: Map<number, KickPurpose>;
  /** Upstream waits for ever; an admin should not. */
  readonly limits: Deadlines<number>;
  waiting: { readonly session: number; readonly kick: Kick }[];
};

const KICK_TIMEOUT_MS = 30_000;

export const createKicks = (): Kicks => ({
  outstanding: new Map(),
  limits: createDeadlines(KICK_TIMEOUT_MS),
  waiting: [],
});

export const startKick = (director: Director, purpose: KickPurpose, kick: Kick, now: number): void => {
  const id = director.nextId++;
  director.kicks.outstanding.set(id, purpose);
  director.kicks.limits.add(id, now);
  director.effects.push({ do: 'kick', id, kick });
};

/** False if it must not wait and there is no room. The reply comes when the sessions are told, or it failed. */
export const requestKick = (
  director: Director,
  session: number,
  kick: Kick,
  mayWait: boolean,
  now: number,
): boolean => {
  if (hasRoom(director)) startKick(director, { for: 'admin', session }, kick, now);
  else if (mayWait) director.kicks.waiting.push({ session, kick });
  else return false;
  return true;
};

/** Whether another kick of an admin may start. */
export const hasRoom = ({ kicks, settings }: Director): boolean =>
  kicks.outstanding.size < settings.director_max_parallel_kicks;
