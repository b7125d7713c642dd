/** All users of the userdbs, by LIST on an auth-userdb socket. */
import { type ByteString, createRequestInfo, encodeAuthMasterCommand, type RequestInfo } from '@homing/wire';
import { EXIT } from '../../core/command/command.ts';
import type { Context } from '../context.ts';
import { masterFailed, nextReply, openMaster } from './master.ts';

/** A failure is said, and what came before it is returned. */
export const listUsers = async (
  path: string,
  mask: ByteString,
  context: Context,
  info: RequestInfo = createRequestInfo(),
): Promise<{ users: ByteString[]; failed: boolean }> => {
  const users: ByteString[] = [];
  try {
    const auth = await openMaster(path, context);
    auth.send(encodeAuthMasterCommand({ cmd: 'LIST', id: 1, mask, info }));
    for (;;) {
      const reply = await nextReply(auth);
      if (reply.cmd === 'LIST') users.push(reply.user);
      if (reply.cmd !== 'DONE') continue;
      auth.close();
      return { users, failed: reply.failed };
    }
  } catch (error) {
    masterFailed('userdb list', path, error, context);
    return { users, failed: true };
  }
};

/** Says that the list is not complete. */
export const listingFailed = (context: Context): void => {
  context.error('user listing failed');
  context.exitCode = EXIT.tempFail;
};
