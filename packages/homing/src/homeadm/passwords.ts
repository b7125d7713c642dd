/** Password schemes for `pw`: they belong to the auth server, which doveadm must not know. */
import { createHashing, schemeNames } from '@homing/auth-socket';
import type { PasswordTools } from '@homing/doveadm';

const DECODE_FAILED = 'reverse decode check failed';

/** Threads start when a slow scheme is first used. */
export const createPasswordTools = (): PasswordTools => {
  const hashing = createHashing(1);
  return {
    schemes: schemeNames,
    generate: (scheme, wish) => hashing.generatePassword(scheme, wish),
    async verify(plain, hash, user) {
      const verdict = await hashing.verifyPassword(plain, hash, '', user);
      if (verdict === 'unknown-scheme') return { failure: 'reverse decode check failed: Unknown scheme' };
      if (typeof verdict === 'boolean') return verdict;
      return { failure: verdict.failure.replace(/^Password data is not valid for scheme [^:]*/, DECODE_FAILED) };
    },
  };
};
