/** Password checks with everything expensive off the event loop. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { ByteString } from '@homing/wire';
import { generatePassword, type Wish } from '../../core/scheme/generate.ts';
import type { Crypt } from '../../core/scheme/scheme.ts';
import type { VerifyPassword } from '../../core/scheme/verdict.ts';
import { createVerifyPassword } from '../../core/scheme/verify.ts';
import { createCryptThreads } from './crypt-threads.ts';

export type Hashing = {
  readonly verifyPassword: VerifyPassword;
  /** `{SCHEME}data`; undefined for an unknown scheme. Rejects with `SchemeError`. */
  readonly generatePassword: (scheme: string, wish: Wish) => Promise<ByteString | undefined>;
} & AsyncDisposable;

/** Enough for a login storm of a large site; each waiting check holds a password and a hash. */
const MAX_PENDING = 10_000;

export const createHashing = (threads: number = availableParallelism(), maxPending: number = MAX_PENDING): Hashing => {
  const pool = createCryptThreads(threads);
  const crypt: Crypt = (password, setting) => pool.crypt(password, setting);
  return {
    verifyPassword: createVerifyPassword(crypt, maxPending),
    generatePassword: (scheme, wish) => generatePassword(scheme, wish, { randomBytes, crypt }),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
};
