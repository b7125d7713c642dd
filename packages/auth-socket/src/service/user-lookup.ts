/** USER: what the userdbs know (master_input_user()). */
import { AUTH_MASTER_MAX_REPLY, encodeAuthMasterReply, type LookupCommand } from '@homing/wire';
import { runUserdbChain } from '../core/chain/userdb-chain.ts';
import { fieldValue } from '../core/fields/fields.ts';
import { type AuthRequest, createAuthRequest, type UserdbResult } from '../core/request/auth-request.ts';
import { userdbFailLine, userReplyLine } from '../core/request/reply-lines.ts';
import { logRequestError, logRequestInfo } from '../core/request/request-log.ts';
import { setUsername } from '../core/request/username.ts';
import type { MasterAsker } from './master-asker.ts';
import { refusalOfUser } from './peer-permissions.ts';
import { underWay, type World } from './world.ts';

export const userLookup = ({ id, user, info }: LookupCommand, asker: MasterAsker, world: World): void => {
  const { env } = world;
  const auth = world.current().authFor(info.service);
  const request = createAuthRequest({ id, auth, info, mechanism: '', authOnly: false, clientPid: 0 });
  const error = setUsername(request, user);
  if (error !== undefined) {
    logRequestInfo(env.log, request, 'userdb', error);
    asker.send(encodeAuthMasterReply({ cmd: 'NOTFOUND', id }));
    return;
  }
  const result = runUserdbChain(request, env);
  if (!(result instanceof Promise)) {
    answer(request, result, asker, world);
    return;
  }
  underWay(world, result).then(
    (known) => answer(request, known, asker, world),
    (failure: unknown) => {
      logRequestError(env.log, request, 'userdb', failure instanceof Error ? failure.message : String(failure));
      answer(request, 'internal-failure', asker, world);
    },
  );
};

const answer = (request: AuthRequest, result: UserdbResult, asker: MasterAsker, world: World): void => {
  if (request.userdbTempfail || result === 'internal-failure') {
    asker.send(userdbFailLine(request));
    return;
  }
  if (result === 'user-unknown') {
    asker.send(encodeAuthMasterReply({ cmd: 'NOTFOUND', id: request.id }));
    return;
  }
  const uid = request.userdbFields === undefined ? undefined : fieldValue(request.userdbFields, 'uid');
  const why = refusalOfUser(asker.permissions, uid);
  if (why !== undefined && asker.permissions.may === 'own') {
    const bypass = `(to bypass this check, set: service auth { unix_listener ${asker.permissions.path} { mode=0777 } })`;
    const text = `client doesn't have lookup permissions for this user: ${why} ${bypass}`;
    logRequestError(world.env.log, request, 'userdb', text);
    asker.send(userdbFailLine(request));
    return;
  }
  const line = userReplyLine(request);
  if (line.length < AUTH_MASTER_MAX_REPLY) {
    asker.send(line);
    return;
  }
  logRequestError(world.env.log, request, 'userdb', 'Reply is longer than lookup clients accept');
  asker.send(userdbFailLine(request));
};
