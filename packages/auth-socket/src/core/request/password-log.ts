/**
 * `unknown user` and `Password mismatch`, with the given password where `auth_verbose_passwords` asks for it
 * (auth_request_log_login_failure()). This is the one place that reveals a password to the log.
 */
import { createHash } from 'node:crypto';
import type { Log } from '@homing/io';
import { parseUint32 } from '@homing/wire';
import type { AuthRequest } from './auth-request.ts';
import { logRequestAnyway, logRequestInfo } from './request-log.ts';
import { revealSecret } from './secret.ts';

const DEFAULT_MAX = 1024;

export const logPasswordFailure = (log: Log, request: AuthRequest, text: string): void => {
  const wanted = request.auth.settings.auth_verbose_passwords;
  if (wanted === 'no') {
    logRequestInfo(log, request, 'db', text);
    return;
  }
  const more = request.passdb?.next === undefined ? '' : ' - trying the next passdb';
  logRequestAnyway(log, request, 'db', `${text} ${givenPassword(request, wanted)}${more}`);
};

const givenPassword = (request: AuthRequest, wanted: string): string => {
  if (request.password === undefined) return '';
  const [kind = '', length] = wanted.split(':', 2);
  const password = revealSecret(request.password);
  const max = parseUint32(length) ?? DEFAULT_MAX;
  if (kind === 'sha1') {
    const digest = createHash('sha1').update(password, 'latin1').digest('hex');
    return `(SHA1 of given password: ${digest.slice(0, max)})`;
  }
  return `(given password: ${password.slice(0, max)})`;
};
