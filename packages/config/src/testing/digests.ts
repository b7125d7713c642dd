/** OpenSSL's hashes, as `%{sha256:...}` templates ask for them. */
import { hash, pbkdf2Sync } from 'node:crypto';

export const digests = {
  hash: (algorithm: string, data: Uint8Array): Uint8Array => hash(algorithm, data, 'buffer'),
  /** PBKDF2-HMAC-SHA256. */
  pbkdf2: (password: Uint8Array, salt: Uint8Array, rounds: number, length: number): Uint8Array =>
    pbkdf2Sync(password, salt, rounds, length, 'sha256'),
};
