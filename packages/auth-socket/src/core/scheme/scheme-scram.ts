/** {SCRAM-SHA-1}, {SCRAM-SHA-256}: `iterations,salt,StoredKey,ServerKey` in base64 (RFC 5802 3), at least 4096. */
import { createHmac, hash, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { type ByteString, parseUint32 } from '@homing/wire';
import { equalInConstantTime } from './equal.ts';
import type { Scheme } from './scheme.ts';
import { SchemeError } from './verdict.ts';

const deriveKey = promisify(pbkdf2);
const MIN_ITERATIONS = 4096;
const MAX_ITERATIONS = 0x7fff_ffff;

export const scram = (name: string, algorithm: 'sha1' | 'sha256'): Scheme => ({
  encoding: 'none',
  rawLength: 0,
  isSlow: true,
  async check(given, raw) {
    const [iterationText, salt, storedKey, serverKey, ...more] = raw.split(',');
    const iterations = parseUint32(iterationText);
    if (salt === undefined || storedKey === undefined || serverKey === undefined || more.length > 0) {
      throw new SchemeError(`Invalid ${name} passdb entry format`);
    }
    if (iterations === undefined || iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
      throw new SchemeError(`Invalid ${name} iteration count in passdb entry`);
    }
    const size = algorithm === 'sha1' ? 20 : 32;
    const saltBytes = Buffer.from(salt, 'base64');
    const salted = await deriveKey(Buffer.from(given, 'latin1'), saltBytes, iterations, size, algorithm);
    return equalInConstantTime(storedKeyOf(salted, algorithm), Buffer.from(storedKey, 'base64').toString('latin1'));
  },
});

const storedKeyOf = (saltedPassword: Buffer, algorithm: string): ByteString => {
  const clientKey = createHmac(algorithm, saltedPassword).update('Client Key').digest();
  return hash(algorithm, clientKey, 'buffer').toString('latin1');
};
