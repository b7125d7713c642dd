/** Requests on auth-master and auth-userdb sockets (lib-auth/auth-master.c). */
import {
  type AuthMasterReply,
  type ByteString,
  encodeAuthMasterCommand,
  encodeAuthVersion,
  parseAuthMasterReply,
} from '@homing/wire';
import type { Context } from '../context.ts';
import { type Conversation, converse } from '../conversation.ts';
import { within } from '../within.ts';
import type { Info } from './auth-info.ts';
import { checkVersion } from './version.ts';

/** The minor version that doveadm 2.3 announces. */
const MINOR = 0;

/** AUTH_CLIENT_HANDSHAKE_TIMEOUT: 30 s. */
const HELLO_MS = 30_000;

/** Connected, with both hellos exchanged. Rejects with what went wrong. */
export const openMaster = async (path: string, context: Context): Promise<Conversation> => {
  const auth = await connect(path, context);
  auth.send(encodeAuthVersion(MINOR));
  const problem = await within(HELLO_MS, readHello(auth, path));
  if (problem === undefined) return auth;
  auth.close();
  throw new Error(problem === 'late' ? 'Connecting timed out' : problem);
};

/** What is wrong with it. A client socket's hello names mechanisms where a master socket's has the server's PID. */
const readHello = async (auth: Conversation, path: string): Promise<string | undefined> => {
  const version = await auth.next();
  if (version === undefined) return 'Disconnected unexpectedly';
  const problem = checkVersion(version);
  if (problem !== undefined) return problem;
  const spid = (await auth.next()) ?? '';
  if (/^(MECH|CUID|COOKIE|DONE)\b/.test(spid)) return `${path} is an auth client socket. It should be a master socket.`;
  return spid.startsWith('SPID\t') ? undefined : 'Invalid handshake';
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
