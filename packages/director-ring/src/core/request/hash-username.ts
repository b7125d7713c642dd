import type { ByteString } from '@homing/wire';
import type { Director } from '../director.ts';

/** Undefined, and a log line, if `director_username_hash` cannot be expanded. */
export const hashUsername = (director: Director, username: ByteString): number | undefined => {
  const hash = director.userHash(username);
  if (typeof hash === 'number') return hash;
  director.effects.push({
    do: 'log',
    level: 'error',
    event: 'director_username_hash_failed',
    fields: {},
    text: `Failed to expand director_username_hash=${director.settings.director_username_hash}: ${hash.error}`,
  });
  return undefined;
};
