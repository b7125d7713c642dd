/**
 * Whether a successful login is proxied, and where to (auth_request_proxy_finish(); auth.md 9.4). Decided for login
 * sockets and PASS lookups, never on authentication-only sockets.
 */
import { parseIpAddress, parseUint32 } from '@homing/wire';
import { fieldValue, hasField, isEmpty, putEntry, removeField, setField } from '../fields/fields.ts';
import { type AuthRequest, infoOf, localEnd } from './auth-request.ts';
import type { AuthEnv } from './env.ts';
import { logRequestError, logRequestWarning } from './request-log.ts';

const DNS_TIMEOUT_MS = 10_000;
const DNS_WARN_MS = 500;

/** False: the login fails after all; `request.internalFailure` tells whether it is worth trying again. */
export const finishProxy = (request: AuthRequest, env: AuthEnv): boolean | Promise<boolean> => {
  const fields = request.passdbFields;
  if (request.authOnly || isEmpty(fields)) return true;
  if (!hasField(fields, 'proxy') && !hasField(fields, 'proxy_maybe')) {
    if (hasField(fields, 'director_proxy_maybe')) tellLocalEnd(request);
    return true;
  }
  const host = fieldValue(fields, 'host');
  if (host === undefined) {
    tellLocalEnd(request);
    decide(request, false);
    return true;
  }
  const ip = parseIpAddress(host);
  if (ip !== undefined) {
    decide(request, isSelf(request, ip));
    return true;
  }
  const hostip = fieldValue(fields, 'hostip');
  if (hostip === undefined) return resolve(request, host, env);
  const parsed = parseIpAddress(hostip);
  if (parsed === undefined) {
    logRequestError(env.log, request, 'proxy', `Invalid hostip in passdb: ${hostip}`);
    return false;
  }
  decide(request, isSelf(request, parsed));
  return true;
};

/** For a director, which finds the host and decides proxy_maybe and director_proxy_maybe itself. */
const tellLocalEnd = (request: AuthRequest): void => {
  const { lip, lport } = localEnd(request);
  const { passdbFields, auth } = request;
  if (lip !== undefined) putEntry(passdbFields, auth.lipEntry(lip));
  if (lport !== 0) putEntry(passdbFields, auth.lportEntry(lport));
};

/** Before a failure is reported: a login process that sees `proxy` in a FAIL takes it for something else. */
export const dropProxyFields = (request: AuthRequest): void => {
  for (const key of ['proxy', 'proxy_maybe', 'proxy_always', 'host', 'port', 'destuser']) {
    removeField(request.passdbFields, key);
  }
};

const isSelf = (request: AuthRequest, ip: string): boolean =>
  ip === infoOf(request).realLip || request.auth.selfIps.has(ip);

const decide = (request: AuthRequest, hostIsSelf: boolean): void => {
  const fields = request.passdbFields;
  if (!hasField(fields, 'proxy_maybe')) return;
  const port = fieldValue(fields, 'port');
  // `destuser` is not compared: some change it for proxied connections and mean the same user.
  if (hostIsSelf && (port === undefined || parseUint32(port) === infoOf(request).lport)) {
    const always = hasField(fields, 'proxy_always');
    dropProxyFields(request);
    // "Self" is the local director cluster there: its director fills the host in.
    if (always) setField(fields, 'proxy', '');
    return;
  }
  removeField(fields, 'proxy_maybe');
  setField(fields, 'proxy', '');
};

const resolve = async (request: AuthRequest, host: string, env: AuthEnv): Promise<boolean> => {
  const began = env.now();
  try {
    const found = await env.resolveHost(host, timeoutOf(request, env));
    const ips = found.flatMap((text) => parseIpAddress(text) ?? []);
    if (ips[0] === undefined) throw new Error('No addresses');
    const took = env.now() - began;
    if (took > DNS_WARN_MS) {
      logRequestWarning(env.log, request, 'proxy', `DNS lookup for ${host} took ${(took / 1000).toFixed(3)} s`);
    }
    setField(request.passdbFields, 'hostip', ips[0]);
    decide(
      request,
      ips.some((ip) => isSelf(request, ip)),
    );
    return true;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    logRequestError(env.log, request, 'proxy', `DNS lookup for ${host} failed: ${text}`);
    request.internalFailure = true;
    dropProxyFields(request);
    return false;
  }
};

const timeoutOf = (request: AuthRequest, env: AuthEnv): number => {
  const text = fieldValue(request.passdbFields, 'proxy_timeout');
  if (text === undefined) return DNS_TIMEOUT_MS;
  const secs = parseUint32(text);
  if (secs !== undefined) return secs * 1000;
  logRequestError(env.log, request, 'proxy', `Invalid proxy_timeout value: ${text}`);
  return DNS_TIMEOUT_MS;
};
