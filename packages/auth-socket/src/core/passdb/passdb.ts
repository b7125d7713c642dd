/**
 * What the chain asks of a passdb or userdb driver, and what a driver may answer. A driver that knows the answer returns
 * it at once; one that must ask a database returns a promise. A driver never checks passwords unless the database does
 * it itself (`verify`), and knows nothing of `default_fields`, `skip` or `result_*`: those belong to the chain.
 */
import type { ByteString } from '@homing/wire';

/** A field as written in a reply: `key`, or `key=value`. Later duplicates replace earlier ones in the chain. */
export type Field = { readonly key: ByteString; readonly value: ByteString };

/**
 * The request's `%` variables under their long 2.3 names (`user`, `username`, `domain`, `service`, `lip`, `rip`, `pid`,
 * `password`, `session`, `orig_user`, `login_user`, `passdb:key`, ...). Undefined means the name is not a variable.
 */
export type Variables = (name: string) => ByteString | undefined;

export type PassdbLookup =
  | {
      result: 'found';
      /** As stored, with or without `{SCHEME}`. Undefined: the database has none (`nopassword` decides). */
      password: ByteString | undefined;
      /** In the order of the source, unexpanded `userdb_*` and proxy fields included. */
      fields: readonly Field[];
    }
  | { result: 'user-unknown' }
  | { result: 'user-disabled' | 'pass-expired' | 'password-mismatch' }
  /** The database is away or answered nonsense: a temporary failure, never "wrong password". */
  | { result: 'internal-failure'; cause: Error };

export type Passdb = {
  readonly driver: string;
  /** The scheme of a password without `{SCHEME}`, upper case. */
  readonly defaultScheme: string;
  lookup(variables: Variables, signal: AbortSignal): PassdbLookup | Promise<PassdbLookup>;
} & AsyncDisposable;

export type UserdbLookup =
  | { result: 'found'; fields: readonly Field[] }
  | { result: 'user-unknown' }
  | { result: 'internal-failure'; cause: Error };

export type Userdb = {
  readonly driver: string;
  lookup(variables: Variables, signal: AbortSignal): UserdbLookup | Promise<UserdbLookup>;
  /** All users, for `LIST`; absent where the driver cannot iterate. A rejected step means `DONE fail`. */
  list?(variables: Variables, signal: AbortSignal): AsyncIterable<ByteString>;
} & AsyncDisposable;
