/** All users of the userdbs, by `LIST` on an auth-userdb socket (lib-auth/auth-master.c). */
import { type ByteString, splitTabs } from '@homing/wire';
import { EXIT } from '../../core/command/command.ts';
import type { Context } from '../context.ts';
import { converse } from '../conversation.ts';

/** `more`: parameters of the LIST request, each after a TAB. A failure is said, and what came before it is returned. */
export const listUsers = async (path: string, more: string, context: Context): Promise<ByteString[]> => {
  const users: ByteString[] = [];
  const failed = (text?: string): ByteString[] => {
    if (text !== undefined) context.error(text);
    context.error('user listing failed');
    context.exitCode = EXIT.tempFail;
    return users;
  };
  try {
    const auth = await converse(context.host.connectUnix(path));
    auth.send(`VERSION\t1\t0\nLIST\t1${more}\n`);
    for (;;) {
      const line = await auth.next();
      if (line === undefined) return failed(`auth-master: Disconnected from auth socket ${path}`);
      const [command, id, name] = splitTabs(line);
      if (id !== '1') continue;
      if (command === 'LIST' && name !== undefined) users.push(name);
      if (command !== 'DONE') continue;
      auth.close();
      return name === 'fail' ? failed() : users;
    }
  } catch (error) {
    return failed(`auth-master: connect(${path}) failed: ${(error as Error).message}`);
  }
};
