/** `driver = prefetch`: the `userdb_*` fields that a passdb returned in the same login (auth.md 8.11). */
import type { Userdb } from '../passdb/passdb.ts';

export const createPrefetchUserdb = (isOnly: boolean): Userdb => ({
  driver: 'prefetch',
  asksPassdb: false,
  lookup(_variables, _signal, prefetched) {
    if (prefetched !== undefined) return { result: 'found', fields: prefetched };
    if (!isOnly)
      return { result: 'user-unknown', reason: "passdb didn't return userdb entries, trying the next userdb" };
    return { result: 'internal-failure', cause: new Error('userdb lookup not possible with only userdb prefetch') };
  },
  async [Symbol.asyncDispose]() {},
});
