/**
 * Kicks that an admin asked for start while fewer than `director_max_parallel_kicks` are outstanding; the others wait in
 * order. They go on if the admin leaves.
 */
import type { Director } from '../director.ts';
import { ownOrigin } from '../ring/propagate.ts';
import { kickEverywhere } from './kick-everywhere.ts';
import type { KickRequest } from './kicks.ts';

/** False if it must not wait and there is no room. The reply comes when our sessions are told, or it failed. */
export const requestKick = (
  director: Director,
  session: number,
  request: KickRequest,
  mayWait: boolean,
  now: number,
): boolean => {
  if (hasRoom(director)) start(director, session, request, now);
  else if (mayWait) director.kicks.waiting.push({ session, request });
  else return false;
  return true;
};

/** After one has finished. */
export const startWaitingKicks = (director: Director, now: number): void => {
  while (hasRoom(director)) {
    const next = director.kicks.waiting.shift();
    if (next === undefined) return;
    start(director, next.session, next.request, now);
  }
};

const hasRoom = ({ kicks, settings }: Director): boolean =>
  kicks.outstanding.size < settings.director_max_parallel_kicks;

const start = (director: Director, session: number, request: KickRequest, now: number): void => {
  const command = { ...request, origin: ownOrigin(director) };
  kickEverywhere(director, director.ring.self, command, { for: 'admin', session }, now);
};
