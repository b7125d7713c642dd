/** `passdb_import`, `userdb_import`: several fields in one, separated by TABs. */
import type { ByteString } from '@homing/wire';

export const importList = (list: ByteString, take: (key: ByteString, value: ByteString) => void): void => {
  for (const item of list.split('\t')) {
    const eq = item.indexOf('=');
    if (item !== '') take(eq === -1 ? item : item.slice(0, eq), eq === -1 ? '' : item.slice(eq + 1));
  }
};
