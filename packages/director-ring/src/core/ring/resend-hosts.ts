import type { Director } from '../director.ts';
import { ownOrigin, update } from './propagate.ts';
import { startSync } from './sync.ts';

/**
 * Another director has other backends than we: all of ours to everybody, as changes of ours. It may have one that we do
 * not have, if its removal and a change of it met; so our SYNC makes it do the same. (Upstream sends none, and that
 * director is never synced again.)
 */
export const resendHosts = (director: Director, now: number): void => {
  for (const host of director.hosts.all()) {
    update(director, undefined, { cmd: 'HOST', origin: ownOrigin(director), host });
  }
  startSync(director, now);
};
