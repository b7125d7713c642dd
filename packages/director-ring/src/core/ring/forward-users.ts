/**
 * What a handshake taught us about users, on its way to the other directors. After a split that may be all users at once,
 * so they leave in pieces and wait for connections whose output is full.
 */
import type { Director } from '../director.ts';
import type { UserDirectory } from '../user/user-directory.ts';
import { NO_USER } from '../user/user-records.ts';
import type { Member, Ring } from './ring.ts';
import { announceUser } from './user-update.ts';

/** Users of one handshake, in the order they came. */
type Forward = {
  readonly source: Member | undefined;
  readonly users: UserDirectory;
  readonly hashes: number[];
  next: number;
};

/** Users of a piece: about 40 kB for each connection. */
const BATCH = 1000;
const PAUSE_MS = 10;

/** Bytes that wait in an output buffer; far below `director_output_buffer_size`. */
const FULL_BYTES = 1 << 20;

export type Forwards = { queue: Forward[]; nextAt: number };

export const createForwards = (): Forwards => ({ queue: [], nextAt: 0 });

/** `source`: who need not hear of it. */
export const forwardLater = (
  { ring: { forwards } }: Director,
  source: Member | undefined,
  users: UserDirectory,
  hash: number,
): void => {
  const last = forwards.queue.at(-1);
  if (last !== undefined && last.source === source && last.users === users) last.hashes.push(hash);
  else forwards.queue.push({ source, users, hashes: [hash], next: 0 });
};

export const forwardUsers = (director: Director, now: number): void => {
  const { forwards } = director.ring;
  if (forwards.queue.length === 0 || forwards.nextAt > now) return;
  forwards.nextAt = now + PAUSE_MS;
  if (isFull(director.ring)) return;
  for (let left = BATCH; left > 0; left--) {
    const forward = forwards.queue[0];
    if (forward === undefined) return;
    const hash = forward.hashes[forward.next++];
    if (hash === undefined) forwards.queue.shift();
    else forwardUser(director, forward, hash, now);
  }
};

const isFull = ({ peers }: Ring): boolean => {
  for (const { traffic } of peers.values()) if (traffic.buffered > FULL_BYTES) return true;
  return false;
};

/** As it is by now. A weak one is told of when that has ended. */
const forwardUser = (director: Director, { source, users }: Forward, hash: number, now: number): void => {
  const user = users.find(hash, Math.floor(now / 1000));
  if (user !== NO_USER && !users.isWeak(user)) announceUser(director, source, users, user);
};

export const nextForward = ({ forwards }: Ring): number | undefined =>
  forwards.queue.length === 0 ? undefined : forwards.nextAt;
