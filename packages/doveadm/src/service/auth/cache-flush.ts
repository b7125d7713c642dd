/** `auth cache flush`: forgets cached logins, of some users or of all. */
import { encodeAuthMasterCommand } from '@homing/wire';
import { EXIT } from '../../core/command/command.ts';
import type { Command } from '../context.ts';
import { masterFailed, nextReply, openMaster } from './master.ts';

export const authCacheFlush: Command = {
  name: 'auth cache flush',
  usage: '[-a <master socket path>] [<user> [...]]',
  summary: 'Forget cached logins',
  parameters: [
    { name: 'socket-path', type: 'string', short: 'a' },
    { name: 'user', type: 'array', positional: true },
  ],
  async run(context) {
    const path = context.values.text('socket-path') ?? `${context.settings().base_dir}/auth-master`;
    try {
      const auth = await openMaster(path, context);
      auth.send(encodeAuthMasterCommand({ cmd: 'CACHE-FLUSH', id: '1', users: context.values.list('user') }));
      const reply = await nextReply(auth);
      auth.close();
      if (reply.cmd === 'OK') {
        context.print(`${reply.count} cache entries flushed\n`);
        return;
      }
    } catch (error) {
      masterFailed('auth cache flush', path, error, context);
    }
    context.error('Cache flush failed');
    context.exitCode = EXIT.tempFail;
  },
};
