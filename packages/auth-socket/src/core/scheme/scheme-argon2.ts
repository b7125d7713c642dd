/** ARGON2I and ARGON2ID: the encoded string of libsodium, `$argon2id$v=19$m=65536,t=3,p=1$salt$hash`. */
import type { Scheme } from './scheme.ts';
import { SchemeError } from './verdict.ts';

export const argon2: Scheme = {
  encoding: 'none',
  rawLength: 0,
  isSlow: true,
  async check(given, raw) {
    if (!/^\$argon2(i|id)\$/.test(raw)) throw new SchemeError('Unsupported argon2 variant');
    const { verify } = await import('@node-rs/argon2');
    try {
      return await verify(raw, Buffer.from(given, 'latin1'));
    } catch {
      throw new SchemeError('Not a valid argon2 password');
    }
  },
};
