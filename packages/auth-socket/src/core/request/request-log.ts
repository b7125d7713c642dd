/**
 * A request's log lines: `<passdb name or driver>(<user>[,<rip>][,master][,<<session>>]): <text>`, `plain(...)` for the
 * mechanism (auth_request_get_log_prefix()). Nothing is put together unless the line will be written.
 */
import type { Log, LogFields } from '@homing/io';
import { type AuthRequest, infoOf } from './auth-request.ts';

/** `db`: the database asked now; `mech`: the mechanism; anything else stands in the prefix as it is. */
export type Subsystem = 'db' | 'mech' | 'proxy' | 'passdb' | 'userdb' | 'auth';

const MAX_USER = 64;

export const logRequestError = (log: Log, request: AuthRequest, subsystem: Subsystem, text: string): void =>
  log.error('auth_request', requestFields(request), prefix(request, subsystem) + text);

export const logRequestWarning = (log: Log, request: AuthRequest, subsystem: Subsystem, text: string): void =>
  log.warning('auth_request', requestFields(request), prefix(request, subsystem) + text);

/** Written if `auth_verbose`, or the database's own setting, says so. */
export const logRequestInfo = (log: Log, request: AuthRequest, subsystem: Subsystem, text: string): void => {
  if (isVerbose(request, subsystem))
    log.info('auth_request', requestFields(request), prefix(request, subsystem) + text);
};

/** Written whatever `auth_verbose` says: `auth_verbose_passwords` asked for it. */
export const logRequestAnyway = (log: Log, request: AuthRequest, subsystem: Subsystem, text: string): void =>
  log.info('auth_request', requestFields(request), prefix(request, subsystem) + text);

export const wantsDebug = (log: Log, request: AuthRequest): boolean =>
  log.debugEnabled() && (request.auth.settings.auth_debug || infoOf(request).debug);

export const logRequestDebug = (
  log: Log,
  request: AuthRequest,
  subsystem: Subsystem,
  text: string,
  event = 'auth_request',
  more: LogFields = {},
): void => {
  if (!wantsDebug(log, request)) return;
  log.debug(event, { ...requestFields(request), ...more }, prefix(request, subsystem) + text);
};

const isVerbose = (request: AuthRequest, subsystem: Subsystem): boolean => {
  const { settings } = request.auth;
  const own = subsystem === 'db' ? (request.lookup === 'passdb' ? request.passdb : request.userdb)?.verbose : undefined;
  return own ?? (settings.auth_verbose || settings.auth_debug || infoOf(request).debug);
};

const prefix = (request: AuthRequest, subsystem: Subsystem): string => {
  const info = infoOf(request);
  const user = request.user === undefined ? '?' : printable(request.user, MAX_USER);
  const ip = info.rip === undefined ? '' : `,${info.rip}`;
  const master = request.loginUser === undefined ? '' : ',master';
  const session = info.session === undefined ? '' : `,<${printable(info.session, 256)}>`;
  return `${subsystemName(request, subsystem)}(${user}${ip}${master}${session}): `;
};

const subsystemName = (request: AuthRequest, subsystem: Subsystem): string => {
  if (subsystem === 'mech') return request.mechanism === '' ? 'none' : request.mechanism.toLowerCase();
  if (subsystem !== 'db') return subsystem;
  return (request.lookup === 'passdb' ? request.passdb : request.userdb)?.name ?? 'auth';
};

/** Bytes of a peer for a log line: control characters as `?`, cut with `...` (str_sanitize()). */
export const printable = (bytes: string, max: number): string => {
  const text = bytes.replace(/[\0-\x1f\x7f]/g, '?');
  return text.length > max ? `${text.slice(0, Math.max(0, max - 3))}...` : text;
};

const requestFields = (request: AuthRequest): LogFields => {
  const info = infoOf(request);
  return {
    user: request.user,
    original_user: request.originalUser,
    translated_user: request.translatedUser,
    login_user: request.loginUser,
    master_user: request.masterUser,
    mechanism: request.mechanism === '' ? undefined : request.mechanism,
    service: info.service,
    session: info.session,
    remote_ip: info.rip,
    local_ip: info.lip,
    remote_port: info.rport === 0 ? undefined : info.rport,
    local_port: info.lport === 0 ? undefined : info.lport,
  };
};
