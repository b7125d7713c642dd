/** What a password check can end in. */
import type { ByteString } from '@homing/wire';

/**
 * `failure`: the stored data is broken or the check cannot be made now; a temporary failure with this text for the log,
 * never "wrong password". Texts hold neither the password nor the hash.
 */
export type Verdict = boolean | 'unknown-scheme' | { readonly failure: string };

/**
 * Compares `plain` with what a passdb stored. Cheap schemes answer at once, expensive ones by a promise, computed off
 * the event loop. `user` is the name as the client gave it; only DIGEST-MD5 needs it.
 */
export type VerifyPassword = (
  plain: ByteString,
  stored: ByteString,
  defaultScheme: string,
  user?: ByteString,
) => Verdict | Promise<Verdict>;

/** Stored data that its scheme cannot read; caught where the scheme is run and turned into a failure verdict. */
export class SchemeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SchemeError';
  }
}
