/** Password checks with everything expensive off the event loop. */
import { availableParallelism } from 'node:os';
import type { VerifyPassword } from '../../core/scheme/verdict.ts';
import { createVerifyPassword } from '../../core/scheme/verify.ts';
import { createCryptThreads } from './crypt-threads.ts';

export type Hashing = { readonly verifyPassword: VerifyPassword } & AsyncDisposable;

/** Enough for a login storm of a large site; each waiting check holds a password and a hash. */
const MAX_PENDING = 10_000;

export const createHashing = (threads: number = availableParallelism(), maxPending: number = MAX_PENDING): Hashing => {
  const pool = createCryptThreads(threads);
  return {
    verifyPassword: createVerifyPassword((password, setting) => pool.crypt(password, setting), maxPending),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
};
