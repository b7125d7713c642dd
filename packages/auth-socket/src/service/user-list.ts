/**
 * LIST: all users of all userdbs that can iterate, in their order (master_input_list()). One at a time on a connection,
 * which is not read from meanwhile. No more is asked of the databases than the peer takes.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Outlet } from '@homing/io';
import { encodeAuthMasterReply, type ListCommand } from '@homing/wire';
import type { UserdbLink } from '../core/chain/auth.ts';
import { type AuthRequest, createAuthRequest } from '../core/request/auth-request.ts';
import { logRequestError } from '../core/request/request-log.ts';
import { requestVariables } from '../core/request/variables.ts';
import { type MasterAsker, restrictedReason } from './master-asker.ts';
import { underWay, type World } from './world.ts';

export type UserList = {
  readonly start: (command: ListCommand) => void;
  /** The connection has room again. */
  readonly drained: () => void;
  /** The connection is gone. */
  readonly stop: () => void;
};

/** Names sent before the socket gets a turn. */
const BATCH = 256;

export const createUserList = (
  asker: MasterAsker,
  outlet: Pick<Outlet, 'pause' | 'resume' | 'isFull'>,
  world: World,
): UserList => {
  const ended = new AbortController();
  let isListing = false;
  let room = Promise.withResolvers<void>();

  const refuse = (id: number, text: string): void => {
    asker.logError(text);
    asker.send(encodeAuthMasterReply({ cmd: 'DONE', id, failed: true }));
  };
  const hasRoom = (): Promise<void> => {
    room = Promise.withResolvers<void>();
    return room.promise;
  };
  const run = async (request: AuthRequest): Promise<void> => {
    let failed = false;
    for (let link: UserdbLink | undefined = request.auth.userdbs; link !== undefined; link = link.next) {
      request.userdb = link;
      failed = !(await listOne(request, link)) || failed;
    }
    asker.send(encodeAuthMasterReply({ cmd: 'DONE', id: request.id, failed }));
  };
  /** False if the userdb could not name all of its users. */
  const listOne = async (request: AuthRequest, { userdb }: UserdbLink): Promise<boolean> => {
    const users = userdb.list?.(requestVariables(request), AbortSignal.any([ended.signal, world.env.signal]));
    if (users === undefined) return true;
    let sent = 0;
    try {
      for await (const user of users) {
        if (ended.signal.aborted) return false;
        asker.send(encodeAuthMasterReply({ cmd: 'LIST', id: request.id, user }));
        if (outlet.isFull()) await hasRoom();
        else if (++sent % BATCH === 0) await nextTurn();
      }
      return true;
    } catch (error) {
      if (ended.signal.aborted) return false;
      logRequestError(world.env.log, request, 'db', error instanceof Error ? error.message : String(error));
      return false;
    }
  };

  return {
    start({ id, mask, info }) {
      if (isListing) return refuse(id, 'Auth client is already iterating users');
      if (asker.permissions.may === 'own') {
        const why = restrictedReason(asker.permissions, world.host.userName);
        return refuse(id, `Auth client doesn't have permissions to list users: ${why}`);
      }
      const auth = world.current().authFor('');
      if (!canIterate(auth.userdbs)) return refuse(id, "Trying to iterate users, but userdbs don't support it");
      const request = createAuthRequest({ id, auth, info, mechanism: '', authOnly: false, clientPid: 0 });
      request.user = mask ?? '';
      request.lookup = 'userdb';
      isListing = true;
      outlet.pause();
      const finished = (): void => {
        isListing = false;
        outlet.resume();
      };
      underWay(world, run(request)).then(finished, (error: unknown) => {
        logRequestError(world.env.log, request, 'userdb', error instanceof Error ? error.message : String(error));
        finished();
      });
    },
    drained: () => room.resolve(),
    stop() {
      ended.abort();
      room.resolve();
    },
  };
};

const canIterate = (first: UserdbLink): boolean => {
  for (let link: UserdbLink | undefined = first; link !== undefined; link = link.next) {
    if (link.userdb.list !== undefined) return true;
  }
  return false;
};
