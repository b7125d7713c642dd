/** `user`, `username` and `domain` fields of a database give the request another name (get_updated_username()). */
import type { ByteString } from '@homing/wire';
import type { AuthRequest } from '../request/auth-request.ts';
import type { AuthEnv } from '../request/env.ts';
import { logRequestDebug, logRequestError } from '../request/request-log.ts';

export const renameUser = (
  request: AuthRequest,
  part: 'user' | 'username' | 'domain',
  value: ByteString,
  { log }: AuthEnv,
): void => {
  const old = request.user ?? '';
  const renamed = withPart(old, part, value);
  if (renamed === '') {
    request.failed = true;
    logRequestError(log, request, 'db', 'username attempted to be changed to empty');
  } else if (renamed !== old) {
    logRequestDebug(log, request, 'db', `username changed ${old} -> ${renamed}`);
    request.user = renamed;
  }
};

const withPart = (old: ByteString, part: 'user' | 'username' | 'domain', value: ByteString): ByteString => {
  if (part === 'user') return value;
  const at = old.indexOf('@');
  if (part === 'username') return value.includes('@') || at === -1 ? value : value + old.slice(at);
  return at === -1 ? `${old}@${value}` : old.slice(0, at + 1) + value;
};
