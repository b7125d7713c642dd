/**
 * crypt(3) for the hashes passwd-files and shadow files hold: `$1$` MD5, `$5$` SHA-256, `$6$` SHA-512, DES. Slow by
 * design: run it in a thread. `*0` answers a setting the function cannot use, so it equals no stored hash.
 */
import type { ByteString } from '@homing/wire';
import { SchemeError } from '../verdict.ts';
import { desCrypt } from './des-crypt.ts';
import { md5Crypt } from './md5-crypt.ts';
import { shaCrypt } from './sha-crypt.ts';

export const INVALID_SETTING = '*0';
/** libxcrypt's limit; the work of the SHA functions grows with the square of the length. */
const MAX_PASSWORD = 511;

/** Throws SchemeError for functions not built in (`$y$` yescrypt, `$7$` scrypt, ...). */
export const cryptHash = (password: ByteString, setting: ByteString): ByteString => {
  if (password.length > MAX_PASSWORD) return INVALID_SETTING;
  if (setting.startsWith('$1$')) return md5Crypt(password, setting);
  if (setting.startsWith('$5$')) return shaCrypt('sha256', password, setting) ?? INVALID_SETTING;
  if (setting.startsWith('$6$')) return shaCrypt('sha512', password, setting) ?? INVALID_SETTING;
  if (/^[./0-9A-Za-z]{2}/.test(setting)) return desCrypt(password, setting);
  const [id] = /^\$[0-9a-z]{1,12}\$/.exec(setting) ?? [];
  if (id === undefined) return INVALID_SETTING;
  throw new SchemeError(`crypt() failed: ${id} is not supported`);
};
