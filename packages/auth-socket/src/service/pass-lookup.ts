/** PASS: what the passdbs know without a password; LMTP and doveadm proxy by it (master_input_pass()). */
import { AUTH_MASTER_MAX_REPLY, type ByteString, encodeAuthMasterReply, type LookupCommand } from '@homing/wire';
import { runPassdbChain } from '../core/chain/passdb-chain.ts';
import { type AuthRequest, createAuthRequest, type PassdbResult } from '../core/request/auth-request.ts';
import { dropProxyFields, finishProxy } from '../core/request/proxy.ts';
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
    asker.send(replyLine(request, 'user-unknown', world));
    return;
  }
  if (asker.permissions.may === 'own') {
    const why = restrictedReason(asker.permissions, world.host.userName);
    logRequestError(env.log, request, 'passdb', `Auth client doesn't have permissions to do a PASS lookup: ${why}`);
    asker.send(replyLine(request, 'internal-failure', world));
    return;
  }
  const result = look(request, world);
  if (typeof result === 'string') {
    asker.send(replyLine(request, result, world));
    return;
  }
  underWay(world, result).then(
    (known) => asker.send(replyLine(request, known, world)),
    (failure: unknown) => {
      logRequestError(env.log, request, 'passdb', failure instanceof Error ? failure.message : String(failure));
      asker.send(replyLine(request, 'internal-failure', world));
    },
  );
};

const look = (request: AuthRequest, { env }: World): PassdbResult | Promise<PassdbResult> => {
  const proxied = (result: PassdbResult): PassdbResult | Promise<PassdbResult> => {
    if (result !== 'ok') {
      dropProxyFields(request);
      return result;
    }
    const done = finishProxy(request, env);
    const resultOf = (isDone: boolean): PassdbResult => (isDone ? 'ok' : 'internal-failure');
    return typeof done === 'boolean' ? resultOf(done) : done.then(resultOf);
  };
  const result = runPassdbChain(request, 'lookup', env);
  return typeof result === 'string' ? proxied(result) : result.then(proxied);
};

const replyLine = (request: AuthRequest, result: PassdbResult, { env }: World): ByteString => {
  const { id } = request;
  const failed = encodeAuthMasterReply({ cmd: 'FAIL', id, params: [] });
  switch (result) {
    case 'ok': {
      if (request.failed || !request.success) return failed;
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
