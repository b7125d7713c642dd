/** {PBKDF2}: `$1$salt$rounds$hex`, PBKDF2-HMAC-SHA1 of 160 bits; the salt's text is the salt. */
import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { parseUint32 } from '@homing/wire';
import { equalInConstantTime } from './equal.ts';
import type { Scheme } from './scheme.ts';
import { SchemeError } from './verdict.ts';

export const KEY_BYTES = 20;
const MAX_ROUNDS = 0x7fff_ffff;
const deriveKey = promisify(pbkdf2);

export const pbkdf2Scheme: Scheme = {
  encoding: 'none',
  rawLength: 0,
  isSlow: true,
  check(given, raw) {
    if (!raw.startsWith('$1$')) throw new SchemeError('Invalid PBKDF2 passdb entry prefix');
    const [salt = '', roundsText, hex = '', ...more] = raw.slice(3).split('$');
    const rounds = parseUint32(roundsText);
    if (rounds === undefined || rounds < 1 || rounds > MAX_ROUNDS || more.length > 0) {
      throw new SchemeError('Invalid PBKDF2 passdb entry format');
    }
    if (!/^[0-9a-fA-F]{40}$/.test(hex)) throw new SchemeError('PBKDF2 hash not 160bit hex-encoded');
    return matches(given, salt, rounds, Buffer.from(hex, 'hex').toString('latin1'));
  },
};

const matches = async (given: string, salt: string, rounds: number, expected: string): Promise<boolean> => {
  const key = await deriveKey(Buffer.from(given, 'latin1'), Buffer.from(salt, 'latin1'), rounds, KEY_BYTES, 'sha1');
  return equalInConstantTime(key.toString('latin1'), expected);
};
