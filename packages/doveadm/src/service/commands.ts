/** Every command there is. Anything else is answered with the list of these. */
import { authTest } from './auth/auth-test.ts';
import { authCacheFlush } from './auth/cache-flush.ts';
import { authLookup, user } from './auth/lookup.ts';
import type { Command } from './context.ts';
import { directorCommands } from './director/commands.ts';
import { proxyKick, proxyList } from './proxy/proxy.ts';
import { pw } from './pw.ts';
import { reload, stop } from './server.ts';

export const allCommands = (program: string): readonly Command[] => [
  authCacheFlush,
  authLookup,
  authTest,
  ...directorCommands(program),
  proxyKick,
  proxyList,
  pw,
  reload,
  stop,
  user,
];
