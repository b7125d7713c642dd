/**
 * What a director that starts again has to be told by the login processes, which go on: who has sessions where. Users it
 * does not know wait meanwhile, since a hash would tear those apart who were somewhere else.
 */
import type { IpAddress } from '@homing/wire';
import type { Director } from '../director.ts';
import type { Session } from './session.ts';

export type Relearn = {
  /** Unknown users wait until then; undefined when the time is over. */
  until: number | undefined;
  /** Told before we knew whether we join a ring, which replaces what we know. */
  postponed: Session[];
  /** Addresses with sessions that are no mail hosts here; each is told of once. */
  readonly foreign: Set<IpAddress>;
};

/** Login processes connect again at once; those that cannot must not hold up everybody's login. */
const RELEARN_MS = 1000;

export const createRelearn = (isRestart: boolean, now: number): Relearn => ({
  until: isRestart ? now + RELEARN_MS : undefined,
  postponed: [],
  foreign: new Set(),
});

/** All login processes have told, or will not any more. */
export const endRelearn = (director: Director): void => {
  if (director.relearn.until === undefined) return;
  director.relearn.until = undefined;
  director.isChanged = true;
};
