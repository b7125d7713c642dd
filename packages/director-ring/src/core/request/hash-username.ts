import type { ByteString } from '@homing/wire';
import type { Director } from '../director.ts';

/** Undefined, and a log line, if `director_username_hash` cannot be expanded. */
export const hashUsername = (director: Director, username: ByteString): number | undefined => {
  if (typeof director.userHash === 'function') return director.userHash(username);
  director.effects.push({
    do: 'log',
    level: 'error',
    event: 'director_username_hash_failed',
    fields: {},
    text: `Failed to expand director_username_hash=${director.settings.director_username_hash}: ${director.userHash.error}`,
  });
  return undefined;
};
