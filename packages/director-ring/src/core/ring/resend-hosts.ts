import type { Director } from '../director.ts';
import { ownOrigin, update } from './propagate.ts';

/** Another director has other backends than we: all of ours to everybody, as changes of ours. */
export const resendHosts = (director: Director): void => {
  for (const host of director.hosts.all()) {
    update(director, undefined, { cmd: 'HOST', origin: ownOrigin(director), host });
  }
};
