/**
 * One field a passdb, its `default_fields` or its `override_fields` returned (auth_request_set_field(); auth.md 9). Some
 * change the request, `userdb_*` wait for the prefetch userdb, the rest goes to the client. `password` never comes here.
 */
import { type ByteString, parseUint32 } from '@homing/wire';
import { type AuthRequest, infoOf } from '../request/auth-request.ts';
import type { AuthEnv } from '../request/env.ts';
import { logRequestError, logRequestInfo } from '../request/request-log.ts';
import { hasField, isFieldKey, removeField, setField, setHiddenField } from './fields.ts';
import { importList } from './import-list.ts';
import { checkNetworks } from './networks.ts';
import { renameUser } from './rename-user.ts';
import { applyUserdbField, initUserdbFields } from './userdb-field.ts';

/** AUTH_REQUEST_MAX_DELAY_SECS */
const MAX_DELAY_SECS = 300;

export const applyPassdbField = (request: AuthRequest, given: ByteString, value: ByteString, env: AuthEnv): void => {
  const fields = request.passdbFields;
  let key = given;
  if (key.endsWith(':protected')) {
    key = key.slice(0, -':protected'.length);
    if (hasField(fields, key)) return;
  } else if (key.endsWith(':remove')) {
    removeField(fields, key.slice(0, -':remove'.length));
    return;
  }
  if (!isFieldKey(key)) {
    logRequestError(env.log, request, 'db', 'Ignoring a field whose name is not valid');
    return;
  }

  switch (key) {
    case 'user':
    case 'username':
    case 'domain':
      renameUser(request, key, value, env);
      break;
    case 'login_user':
      request.loginUser = value;
      break;
    case 'allow_nets':
      checkAllowNets(request, key, value, env);
      break;
    case 'allow_real_nets':
      checkAllowNets(request, key, value, env);
      break;
    case 'fail':
      request.failed = true;
      break;
    case 'delay_until':
      setDelay(request, value, env);
      break;
    case 'noauthenticate':
      // Also `nopassword`, so that nobody tries to verify a password this passdb does not have.
      setField(fields, key, value);
      setField(fields, 'nopassword', '');
      break;
    case 'passdb_import': {
      importList(value, (name, text) => applyPassdbField(request, name, text, env));
      return;
    }
    default:
      if (!key.startsWith('userdb_')) {
        setField(fields, key, value);
        return;
      }
      request.prefetched = true;
      initUserdbFields(request, env);
      if (key === 'userdb_userdb_import') {
        importList(value, (name, text) => applyPassdbField(request, `userdb_${name}`, text, env));
        return;
      }
      applyUserdbField(request, key.slice('userdb_'.length), value, env);
  }
  // Remembered for `:protected` and %{passdb:key}.
  setHiddenField(fields, key, value);
};

const checkAllowNets = (
  request: AuthRequest,
  key: 'allow_nets' | 'allow_real_nets',
  networks: ByteString,
  { log }: AuthEnv,
): void => {
  const ip = key === 'allow_nets' ? infoOf(request).rip : infoOf(request).realRip;
  const { allowed, invalid } = checkNetworks(networks, ip);
  for (const network of invalid) logRequestInfo(log, request, 'db', `${key}: Invalid network '${network}'`);
  if (allowed) return;
  request.failed = true;
  logRequestInfo(
    log,
    request,
    'db',
    ip === undefined
      ? `${key} check failed: Remote IP not known and 'local' missing`
      : `${key} check failed: IP ${ip} not in allowed networks`,
  );
};

/** `<unix seconds>[+<most random seconds>]`: a success waits until then. */
const setDelay = (request: AuthRequest, value: ByteString, env: AuthEnv): void => {
  const plus = value.indexOf('+');
  const until = plus === -1 ? value : value.slice(0, plus);
  const now = Math.floor(env.now() / 1000);
  let extra = 0;
  if (plus !== -1) {
    const most = parseUint32(value.slice(plus + 1));
    if (most === undefined) {
      request.failed = true;
      logRequestError(env.log, request, 'db', `Invalid delay_until randomness number '${value.slice(plus + 1)}'`);
    } else if (most > 0) extra = env.pick(most);
  }
  const timestamp = /^-?\d{1,15}$/.test(until) ? Number(until) : undefined;
  if (timestamp === undefined) {
    request.failed = true;
    logRequestError(env.log, request, 'db', `Invalid delay_until timestamp '${until}'`);
  } else if (timestamp - now > MAX_DELAY_SECS) {
    request.failed = true;
    logRequestError(env.log, request, 'db', `delay_until timestamp ${until} is too much in the future, failing`);
  } else if (timestamp > now) request.delayUntil = Math.min(timestamp + extra, now + MAX_DELAY_SECS);
};
