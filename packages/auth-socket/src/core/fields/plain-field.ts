/**
 * Passdb fields that mean nothing to us and go to the client as they are; most fields are such. `applyPassdbField` would
 * find that out with every login.
 */
import type { ByteString } from '@homing/wire';
import { isFieldKey } from './fields.ts';

/** What `applyPassdbField` acts on. */
const ACTED_ON = new Set([
  'user',
  'username',
  'domain',
  'login_user',
  'allow_nets',
  'allow_real_nets',
  'fail',
  'delay_until',
  'noauthenticate',
  'passdb_import',
]);

export const isPlainField = (key: ByteString): boolean =>
  isFieldKey(key) && !key.includes(':') && !key.startsWith('userdb_') && !ACTED_ON.has(key);
