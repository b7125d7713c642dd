/** `base_dir/auth-token-secret.dat`: 32 random bytes, made once and readable by its owner alone (auth-token.c). */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const SIZE = 32;

/** The bytes as a latin1 string. */
export const tokenSecret = (baseDir: string): string => {
  const path = `${baseDir}/auth-token-secret.dat`;
  try {
    const secret = readFileSync(path);
    if (secret.length === SIZE) return secret.toString('latin1');
  } catch {
    // It is not there yet, or not ours to read: make a new one.
  }
  const secret = randomBytes(SIZE);
  writeFileSync(path, secret, { mode: 0o600 });
  return secret.toString('latin1');
};
