/** src/auth/auth-settings.c (2.3). */
import type { PassdbSettings } from '../sections/passdb.ts';
import type { Settings } from '../settings/table.ts';
import type { Checked } from './check.ts';

/** Digest sizes in bits of the hashes lib knows. */
const digestBits: Readonly<Record<string, number>> = {
  md4: 128,
  md5: 128,
  sha1: 160,
  sha256: 256,
  sha384: 384,
  sha512: 512,
  'sha3-256': 256,
  'sha3-512': 512,
};

const verbosePasswords = ({ auth_verbose_passwords: value }: Settings): string | undefined => {
  const [word = '', truncate] = value.split(/:(.*)/s);
  if (truncate !== undefined && (!/^\d{1,10}$/.test(truncate) || Number(truncate) === 0)) {
    return `auth_verbose_passwords: Invalid truncation number: '${truncate}'`;
  }
  return ['no', 'plain', 'sha1', 'yes'].includes(word) ? undefined : 'auth_verbose_passwords: Invalid value';
};

const policy = (settings: Settings): string | undefined => {
  if (settings.auth_policy_server_url === '') return undefined;
  if (settings.auth_policy_hash_nonce === '') return 'auth_policy_hash_nonce must be set when policy server is used';
  const mech = settings.auth_policy_hash_mech;
  const bits = Object.hasOwn(digestBits, mech) ? digestBits[mech] : undefined;
  if (bits === undefined) return 'invalid auth_policy_hash_mech given';
  const truncate = settings.auth_policy_hash_truncate;
  if (truncate === 0 || truncate < bits) return undefined;
  return `policy_hash_truncate is not smaller than digest size (${truncate} >= ${bits})`;
};

const passdb = ({ driver, pass, result_success }: PassdbSettings): string | undefined => {
  if (driver === '') return 'passdb is missing driver';
  return pass && result_success !== 'return-ok'
    ? 'Obsolete pass=yes setting mixed with non-default result_success'
    : undefined;
};

const ownSettings = (settings: Settings): string | undefined => {
  if (settings.auth_worker_max_count === 0) return 'auth_worker_max_count must be above zero';
  const cache = settings.auth_cache_size;
  if (cache > 0 && cache < 1024) return `auth_cache_size value is too small (${cache} bytes)`;
  return verbosePasswords(settings) ?? policy(settings);
};

export const checkAuth = (checked: Checked): string | undefined => {
  const wrong = ownSettings(checked.settings);
  if (wrong !== undefined) return wrong;
  for (const block of checked.passdbs) {
    const error = passdb(block);
    if (error !== undefined) return error;
  }
  return checked.userdbs.some(({ driver }) => driver === '') ? 'userdb is missing driver' : undefined;
};
