/**
 * REQUEST: a mail process fetches the login that a login process finished (auth_request_handler_master_request()). One
 * REQUEST for each OK, with that connection's cookie, from the process the session was given to.
 */
import { timingSafeEqual } from 'node:crypto';
import { type ByteString, encodeAuthMasterReply, type RequestCommand } from '@homing/wire';
import { runUserdbChain } from '../core/chain/userdb-chain.ts';
import { type AuthRequest, infoOf, type UserdbResult } from '../core/request/auth-request.ts';
import { authToken } from '../core/request/auth-token.ts';
import { requestReplyLine, userdbFailLine } from '../core/request/reply-lines.ts';
import { logRequestError } from '../core/request/request-log.ts';
import type { MasterAsker } from './master-asker.ts';
import { underWay, type World } from './world.ts';

export const handOver = (command: RequestCommand, asker: MasterAsker, world: World): void => {
  const taken = takeLogin(command, asker, world);
  if (typeof taken === 'string') {
    asker.logError(taken);
    asker.send(encodeAuthMasterReply({ cmd: 'FAIL', id: command.id, params: [] }));
    return;
  }
  const request = taken;
  request.id = command.id;
  request.idText = String(command.id);
  request.sessionPid = command.sessionPid;
  // A reload may have closed the databases the login was checked with.
  request.userdb = world.current().authFor(infoOf(request).service).userdbs;
  const result = runUserdbChain(request, world.env);
  const reply = (known: UserdbResult): void => asker.send(replyLine(request, known, command, asker, world));
  if (!(result instanceof Promise)) {
    reply(result);
    return;
  }
  underWay(world, result).then(reply, (failure: unknown) => {
    const text = failure instanceof Error ? failure.message : String(failure);
    logRequestError(world.env.log, request, 'userdb', text);
    reply('internal-failure');
  });
};

/** The login, or the text of the log if it may not be had. */
const takeLogin = (command: RequestCommand, asker: MasterAsker, world: World): AuthRequest | string => {
  const { clientPid: pid, clientId, sessionPid } = command;
  const client = world.clients.findLogin(pid);
  if (client === undefined) return `Master requested auth for nonexistent client ${pid}`;
  if (!isSame(client.cookie, command.cookie)) return `Master requested auth for client ${pid} with invalid cookie`;
  const request = client.requests.take(clientId);
  if (request === undefined) return `Master request ${pid}.${clientId} not found`;
  const peer = sessionPid === undefined ? undefined : asker.peer();
  // A container's process has no pid that we could see.
  if (peer !== undefined && peer.pid !== 0 && peer.pid !== sessionPid) {
    return (
      `Session pid ${sessionPid} provided by master for request ${pid}.${clientId} ` +
      `did not match peer credentials (pid=${peer.pid}, uid=${peer.uid})`
    );
  }
  if (!request.successful) return `Master requested unfinished authentication request ${pid}.${clientId}`;
  return request;
};

const isSame = (ours: string, given: string): boolean =>
  ours.length === given.length && timingSafeEqual(Buffer.from(ours), Buffer.from(given));

const replyLine = (
  request: AuthRequest,
  result: UserdbResult,
  command: RequestCommand,
  asker: MasterAsker,
  world: World,
): ByteString => {
  if (request.userdbTempfail || result === 'internal-failure') return userdbFailLine(request);
  if (result === 'user-unknown') return encodeAuthMasterReply({ cmd: 'NOTFOUND', id: request.id });
  const token =
    command.authToken && command.sessionPid !== undefined
      ? authToken(
          {
            user: request.user ?? '',
            sessionPid: command.sessionPid,
            session: infoOf(request).session ?? '',
            service: infoOf(request).service ?? '',
          },
          world.host.tokenSecret,
        )
      : undefined;
  return requestReplyLine(request, token, asker.features().localName);
};
