/** Failures of outgoing connections, in strerror(3)'s words: Dovecot's log lines carry them, and operators grep them. */
import { errnoText } from '../system/libc.ts';

const NETWORK_ERRORS: Readonly<Record<string, string>> = {
  ECONNABORTED: 'Software caused connection abort',
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTDOWN: 'Host is down',
  EHOSTUNREACH: 'No route to host',
  ENETDOWN: 'Network is down',
  ENETUNREACH: 'Network is unreachable',
  ENOTCONN: 'Transport endpoint is not connected',
  ETIMEDOUT: 'Connection timed out',
};

export const networkErrorText = (code: string): string => NETWORK_ERRORS[code] ?? errnoText(code);

/** `local`: `ip:port` of our end if it had one already. */
export class ConnectError extends Error {
  readonly code: string;
  readonly local: string | undefined;

  constructor(code: string, local: string | undefined) {
    super(networkErrorText(code));
    this.name = 'ConnectError';
    this.code = code;
    this.local = local;
  }
}

/** The errno name of a Node error; its message if it has none. */
export const errorCode = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
};

/** Node's text of an OpenSSL error is a path of colons; what counts is its end, as ERR_error_string() prints it. */
export const opensslText = (error: Error): string =>
  error.message
    .trim()
    .replace(/^[0-9A-F]+:/, '')
    .replace(/:[^:]*\.c:\d+:.*$/s, '');
