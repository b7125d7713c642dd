/** PASS: what the passdbs know without a password; LMTP and doveadm proxy by it (master_input_pass()). */
import { AUTH_MASTER_MAX_REPLY, type ByteString, encodeAuthMasterReply, type LookupCommand } from '@homing/wire';
import { runPassdbChain } from '../core/chain/passdb-chain.ts';
import { fieldValue, hasField } from '../core/fields/fields.ts';
import { type AuthRequest, createAuthRequest, infoOf, type PassdbResult } from '../core/request/auth-request.ts';
import { dropProxyFields, finishProxy } from '../core/request/proxy.ts';
import { redirectTo } from '../core/request/redirect.ts';
import { passReplyLine } from '../core/request/reply-lines.ts';
import { logRequestError, logRequestInfo } from '../core/request/request-log.ts';
import { setUsername } from '../core/request/username.ts';
import { type MasterAsker, restrictedReason } from './master-asker.ts';
import { underWay, type World } from './world.ts';

export const passLookup = ({ id, user, info }: LookupCommand, asker: MasterAsker, world: World): void => {
  const { env } = world;
  const auth = world.current().authFor(info.service);
  const request = createAuthRequest({ id, auth, info, mechanism: '', authOnly: false, clientPid: 0 });
  const error = setUsername(request, user);
  if (error !== undefined) {
    logRequestInfo(env.log, request, 'passdb', error);
    asker.send(replyLine(request, 'user-unknown', asker, world));
    return;
  }
  if (asker.permissions.may === 'own') {
    const why = restrictedReason(asker.permissions, world.host.userName);
    logRequestError(env.log, request, 'passdb', `Auth client doesn't have permissions to do a PASS lookup: ${why}`);
    asker.send(replyLine(request, 'internal-failure', asker, world));
    return;
  }
  const result = look(request, world);
  if (typeof result === 'string') {
    asker.send(replyLine(request, result, asker, world));
    return;
  }
  underWay(world, result).then(
    (known) => asker.send(replyLine(request, known, asker, world)),
    (failure: unknown) => {
      logRequestError(env.log, request, 'passdb', failure instanceof Error ? failure.message : String(failure));
      asker.send(replyLine(request, 'internal-failure', asker, world));
    },
  );
};

const look = (request: AuthRequest, { env }: World): PassdbResult | Promise<PassdbResult> => {
  const proxied = (result: PassdbResult): PassdbResult | Promise<PassdbResult> => {
    if (result !== 'ok') {
      dropProxyFields(request);
      return result;
    }
    if (!followRedirect(request, env)) return 'internal-failure';
    const done = finishProxy(request, env);
    const resultOf = (isDone: boolean): PassdbResult => (isDone ? 'ok' : 'internal-failure');
    return typeof done === 'boolean' ? resultOf(done) : done.then(resultOf);
  };
  const result = runPassdbChain(request, 'lookup', env);
  return typeof result === 'string' ? proxied(result) : result.then(proxied);
};

/** False if the peer named no place to go to. */
const followRedirect = (request: AuthRequest, { log }: World['env']): boolean => {
  const { redirectHostNext: next } = infoOf(request);
  const { passdbFields: fields } = request;
  if (next === undefined || !(hasField(fields, 'proxy') || hasField(fields, 'proxy_maybe'))) return true;
  const isDone = redirectTo(request, next);
  if (!isDone) logRequestError(log, request, 'proxy', `Invalid proxy_redirect_host_next: ${next}`);
  return isDone;
};

/**
 * LMTP refuses mail for good, with 550, when it is told to proxy and not where to. Over a socket it may be an LMTP that
 * asks; `homing_auth_behind_director` says that it is a director, which adds the host.
 */
const wouldBounce = (request: AuthRequest, { isLocal }: MasterAsker): boolean => {
  const { passdbFields: fields, auth } = request;
  if (isLocal || auth.settings.homing_auth_behind_director || infoOf(request).service !== 'lmtp') return false;
  return hasField(fields, 'proxy') && (fieldValue(fields, 'host') ?? '') === '';
};

const replyLine = (request: AuthRequest, result: PassdbResult, asker: MasterAsker, { env }: World): ByteString => {
  const { id } = request;
  const failed = encodeAuthMasterReply({ cmd: 'FAIL', id, params: [] });
  switch (result) {
    case 'ok': {
      if (request.failed || !request.success) return failed;
      if (wouldBounce(request, asker)) {
        const text = 'proxy without host would make LMTP refuse the mail: a temporary failure instead';
        logRequestError(env.log, request, 'passdb', `${text} (see homing_auth_behind_director)`);
        return `FAIL\t${id}\tcode=temp_fail\n`;
      }
      const line = passReplyLine(request);
      if (line.length < AUTH_MASTER_MAX_REPLY) return line;
      logRequestError(env.log, request, 'passdb', 'Reply is longer than lookup clients accept');
      return failed;
    }
    case 'user-unknown':
    case 'user-disabled':
    case 'pass-expired':
      return encodeAuthMasterReply({ cmd: 'NOTFOUND', id });
    case 'next':
    case 'password-mismatch':
    case 'internal-failure':
      return failed;
    case 'scheme-not-available': {
      const reason = "reason=Configured passdbs don't support credentials lookups";
      return encodeAuthMasterReply({ cmd: 'FAIL', id, params: [reason] });
    }
  }
};
