/**
 * Commands to the `ipc` service that have no reply yet. Those of moves and of the ring start at once;
 * those an admin asked for start while fewer than `director_max_parallel_kicks` are outstanding, the others wait in
 * order.
 */
import type { ByteString } from '@homing/wire';
import { createDeadlines, type Deadlines } from '../deadlines.ts';
import type { Director } from '../director.ts';
import type { Kick } from '../effect.ts';
import type { Move } from './moves.ts';

/** `ring`: another director asked for it, or found users on two hosts; nobody waits for the result. */
export type KickPurpose = { for: 'move'; move: Move } | { for: 'admin'; session: number } | { for: 'ring' };

/** What an admin asked for; it gets its number in the ring when it starts. */
export type KickRequest =
  | { cmd: 'USER-KICK'; username: ByteString }
  | { cmd: 'USER-KICK-ALT'; field: ByteString; value: ByteString };

type WaitingKick = { readonly session: number; readonly request: KickRequest };

export type Kicks = {
  readonly outstanding: Map<number, KickPurpose>;
  /** Upstream waits for ever; an admin should not. */
  readonly limits: Deadlines<number>;
  waiting: WaitingKick[];
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
