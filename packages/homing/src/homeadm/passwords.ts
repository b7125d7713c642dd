/** Password schemes for `pw`: they belong to the auth server, which doveadm must not know. Loaded when asked for. */
import type { Hashing } from '@homing/auth-socket';
import type { PasswordTools } from '@homing/doveadm';

const DECODE_FAILED = 'reverse decode check failed';

export const createPasswordTools = (): PasswordTools => {
  let loading: Promise<Hashing> | undefined;
  const load = async (): Promise<Hashing> => (await import('@homing/auth-socket')).createHashing(1);
  const hashing = (): Promise<Hashing> => {
    loading ??= load();
    return loading;
  };
  return {
    schemes: async () => (await import('@homing/auth-socket')).schemeNames,
    generate: async (scheme, wish) => (await hashing()).generatePassword(scheme, wish),
    async verify(plain, hash, user) {
      const verdict = await (await hashing()).verifyPassword(plain, hash, '', user);
      if (verdict === 'unknown-scheme') return { failure: `${DECODE_FAILED}: Unknown scheme` };
      if (typeof verdict === 'boolean') return verdict;
      return { failure: verdict.failure.replace(/^Password data is not valid for scheme [^:]*/, DECODE_FAILED) };
    },
  };
};
