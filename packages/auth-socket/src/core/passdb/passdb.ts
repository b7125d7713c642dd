/**
 * What the chain asks of a passdb or userdb driver, and what a driver may answer. A driver that knows the answer returns
 * it at once; one that must ask a database returns a promise. A driver never checks passwords and knows nothing of
 * `default_fields`, `skip` or `result_*`: those belong to the chain.
 */
import type { ByteString } from '@homing/wire';
import type { Entry } from '../fields/fields.ts';

/** A field as written in a reply: `key`, or `key=value`. Later duplicates replace earlier ones in the chain. */
export type Field = {
  readonly key: ByteString;
  readonly value: ByteString;
  /** Ready to be set: a plain field (`isPlainField`) that is the same in every answer. */
  readonly entry?: Entry;
};

/**
 * The request's `%` variables under their first long 2.3 names (`user`, `username`, `domain`, `service`, `lip`, `rip`,
 * `pid`, `password`, `mech`, `session`, `orig_user`, `login_user`, `passdb:key`, `userdb:key`, `env:NAME`, `!` ...);
 * aliases and letters are translated by `expand`. Known but without a value: ''. Undefined: no such variable.
 */
export type Variables = (name: string) => ByteString | undefined;

export type PassdbLookup =
  | {
      result: 'found';
      /**
       * As stored, with or without `{SCHEME}`. Undefined: the database has none (`nopassword` decides). A
       * `password_noscheme` arrives here with the default scheme written before it.
       */
      password: ByteString | undefined;
      /** In the order of the source, variables expanded, `userdb_*` and proxy fields included. */
      fields: readonly Field[];
      /** A `userdb_*` column that is NULL: prefetch counts as present though there is no field to show for it. */
      hasUserdbFields?: true;
    }
  /** `reason` replaces the info line `unknown user`. */
  | { result: 'user-unknown'; reason?: string }
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
  | { result: 'user-unknown'; reason?: string }
  | { result: 'internal-failure'; cause: Error };

export type Userdb = {
  readonly driver: string;
  /**
   * True for `static` without `allow_all_users`: a lookup that is not part of a login must first find the user in the
   * passdbs (auth.md 8.1).
   */
  readonly asksPassdb: boolean;
  /** `prefetched`: the `userdb_*` fields (prefix removed) a passdb set in this login; undefined where it set none. */
  lookup(
    variables: Variables,
    signal: AbortSignal,
    prefetched?: readonly Field[],
  ): UserdbLookup | Promise<UserdbLookup>;
  /** All users, for `LIST`; absent where the driver cannot iterate. A rejected step means `DONE fail`. */
  list?(variables: Variables, signal: AbortSignal): AsyncIterable<ByteString>;
} & AsyncDisposable;
