/** A user is being moved: who was told, and who has dropped its sessions. The states are in `move/user-move.ts`. */
import type { RingCommand } from '@homing/wire';
import type { Director } from '../director.ts';
import { advanceMove, movesOf } from '../move/moves.ts';
import { moveUser, passMove, passToken } from '../move/start-move.ts';
import type { Peer } from './peer.ts';
import { acceptOrigin, update } from './propagate.ts';

type UserMove = Extract<RingCommand, { cmd: 'USER-WEAK' | 'USER-MOVE' }>;
type UserKilled = Extract<RingCommand, { cmd: 'USER-KILLED' }>;
type UserKilledEverywhere = Extract<RingCommand, { cmd: 'USER-KILLED-EVERYWHERE' }>;

export const onUserMove = (
  director: Director,
  peer: Peer,
  { hash, ip, origin: claimed }: UserMove,
  now: number,
): void => {
  const origin = acceptOrigin(director, claimed);
  if (origin === undefined || peer.member === undefined) return;
  const told = { source: peer.member, origin };
  const host = director.hosts.find(ip);
  if (host === undefined) passMove(director, hash, ip, told, now);
  else moveUser(director, hash, host, told, now);
};

/** The token of a move, from our left. */
export const onUserKilled = (director: Director, peer: Peer, { hash }: UserKilled, now: number): void => {
  const moves = movesOf(director, hash);
  for (const move of moves) advanceMove(director, move, { on: 'killed' }, now);
  if (moves.length === 0 && peer.member !== undefined) passToken(director, hash, peer.member, now);
};

/** Upstream forwards it only if it was waiting for it; but those behind us may be, if a move was restarted. */
export const onUserKilledEverywhere = (
  director: Director,
  peer: Peer,
  { hash, origin: claimed }: UserKilledEverywhere,
  now: number,
): void => {
  const origin = acceptOrigin(director, claimed);
  if (origin === undefined) return;
  for (const move of movesOf(director, hash)) advanceMove(director, move, { on: 'killed-everywhere' }, now);
  update(director, peer.member, { cmd: 'USER-KILLED-EVERYWHERE', origin, hash });
};
