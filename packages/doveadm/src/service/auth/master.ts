/** Requests on auth-master and auth-userdb sockets (lib-auth/auth-master.c). */
import {
  type AuthMasterReply,
  type ByteString,
  encodeAuthMasterCommand,
  encodeAuthVersion,
  parseAuthMasterReply,
  parseAuthMasterVersion,
} from '@homing/wire';
import type { Context } from '../context.ts';
import { type Conversation, converse } from '../conversation.ts';
import type { Info } from './auth-info.ts';

/** The minor version that doveadm 2.3 announces. */
const MINOR = 0;

/** Connected, with both hellos exchanged. Rejects with what went wrong. */
export const openMaster = async (path: string, context: Context): Promise<Conversation> => {
  const auth = await connect(path, context);
  auth.send(encodeAuthVersion(MINOR));
  const version = await auth.next();
  if (version === undefined) throw new Error('Disconnected unexpectedly');
  parseAuthMasterVersion(version);
  const spid = await auth.next();
  if (spid === undefined || !spid.startsWith('SPID\t')) throw new Error('Invalid handshake');
  return auth;
};

const connect = async (path: string, { host }: Context): Promise<Conversation> => {
  try {
    return await converse(host.connectUnix(path));
  } catch (error) {
    throw new CannotConnect((error as Error).message);
  }
};

/** Nobody serves the socket. */
class CannotConnect extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CannotConnect';
  }
}

/** The one reply to USER or PASS. */
export const lookUp = async (
  cmd: 'USER' | 'PASS',
  user: ByteString,
  { info, extra }: Info,
  auth: Conversation,
): Promise<AuthMasterReply> => {
  const request = encodeAuthMasterCommand({ cmd, id: 1, user, info });
  auth.send(extra.length === 0 ? request : request.replace('\n', `\t${extra.join('\t')}\n`));
  return nextReply(auth);
};

export const nextReply = async (auth: Conversation): Promise<AuthMasterReply> => {
  const line = await auth.next();
  if (line === undefined) throw new Error('Disconnected unexpectedly');
  return parseAuthMasterReply(line);
};

/** Says what was asked and why there is no answer. */
export const masterFailed = (what: string, path: string, error: unknown, context: Context): void => {
  const reason =
    error instanceof CannotConnect ? `connect(${path}) failed: ${error.message}` : (error as Error).message;
  context.error(`auth-master: ${what}: ${reason}`);
};
