/**
 * A process of Dovecot 2.4 by itself, at `srv.<service>/<pid>` beside its anvil. Only root may connect. Login processes of
 * 2.4.0 to 2.4.4 that serve one client each do not hear anvil's kicks, although these are counted; this they hear. For
 * 100 ms after accept() they read in an event loop inside of another (master_admin_client_initial_read()), and 2.4.1's
 * panic as they end if they are kicked in there.
 */
import {
  type AnvilSession,
  formatAdminKick,
  masterAdminClientHello,
  parseAdminReply,
  parseMasterAdminServerVersion,
  WireError,
} from '@homing/wire';
import type { Context } from '../context.ts';
import { type Conversation, converse } from '../conversation.ts';
import { within } from '../within.ts';

const PAUSE_MS = 150;

/** For all of its answers. */
const ANSWER_MS = 5000;

type Sessions = readonly [AnvilSession, ...AnvilSession[]];

/** All of one process. How many it has ended; undefined if it cannot be asked, does not answer, or does not understand. */
export const kickByProcess = async (
  baseDir: string,
  sessions: Sessions,
  { host }: Context,
): Promise<number | undefined> => {
  const [{ service, pid }] = sessions;
  // A service's name comes from the other side.
  if (service.includes('/')) return undefined;
  let process: Conversation | undefined;
  try {
    process = await converse(host.connectUnix(`${baseDir}/srv.${service}/${pid}`));
    const count = await within(PAUSE_MS + ANSWER_MS, kick(process, sessions));
    return count === 'late' ? undefined : count;
  } catch {
    return undefined;
  } finally {
    process?.close();
  }
};

/** A process that has nothing left to do ends, with its last reply or instead of it. */
const kick = async (process: Conversation, sessions: Sessions): Promise<number> => {
  process.send(masterAdminClientHello());
  parseMasterAdminServerVersion((await process.next()) ?? '');
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  for (const session of sessions) process.send(`${formatAdminKick(session)}\n`);
  let count = 0;
  for (const _ of sessions) {
    const line = await process.next();
    if (line === undefined) break;
    const reply = parseAdminReply(line);
    if (reply.reply === 'error') throw new WireError('bad-line', reply.text);
    count += reply.count;
  }
  return count;
};
