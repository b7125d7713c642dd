/**
 * Remembers the hashes of the names seen last: the users who log in now are mostly those who did a moment ago, and a
 * hash costs more than all else a login needs here. Two generations; when the young one is full, the old one goes.
 */
import type { ByteString, UserHash } from '@homing/wire';

/** Names in one generation, and the longest one kept: at most 2 MB of names. */
const GENERATION = 4096;
const LONGEST_NAME = 256;

export const createHashCache = (hash: UserHash): UserHash => {
  let young = new Map<ByteString, number>();
  let old = new Map<ByteString, number>();
  return (name) => {
    const known = young.get(name);
    if (known !== undefined) return known;
    const value = old.get(name) ?? hash(name);
    if (name.length > LONGEST_NAME) return value;
    if (young.size === GENERATION) {
      old = young;
      young = new Map();
    }
    // A copy: the name as it came is a window on all the bytes that were read with it.
    young.set(Buffer.from(name, 'latin1').toString('latin1'), value);
    return value;
  };
};
