/** `auth test`: logs a user in by PLAIN, as a login process would, and shows the reply. */
import {
  encodeAuthClientCommand,
  encodeAuthClientHello,
  encodeRequestInfo,
  escapeTab,
  parseAuthReply,
  parseAuthServerHelloLine,
  WireError,
} from '@homing/wire';
import { EXIT } from '../../core/command/command.ts';
import { Fatal, WrongUsage } from '../../core/command/fatal.ts';
import { askPassword } from '../ask-password.ts';
import type { Command, Context } from '../context.ts';
import { type Conversation, converse } from '../conversation.ts';
import { within } from '../within.ts';
import { authInfo, type Info, requestInfo } from './auth-info.ts';
import { checkVersion } from './version.ts';

/** What doveadm 2.3 announces. */
const MINOR = 2;

/** AUTH_HANDSHAKE_TIMEOUT: 30 s. */
const HELLO_MS = 30_000;

export const authTest: Command = {
  name: 'auth test',
  usage: '[-a <auth socket path>] [-x <auth info>] [-M <master user>] <user> [<password>]',
  summary: 'Authenticate a user and show the reply',
  parameters: [
    { name: 'socket-path', type: 'string', short: 'a' },
    authInfo,
    { name: 'master-user', type: 'string', short: 'M' },
    { name: 'user', type: 'string', positional: true },
    { name: 'password', type: 'string', positional: true },
  ],
  async run(context) {
    const { values } = context;
    const info = requestInfo(values.list('auth-info'));
    const user = values.text('user');
    if (user === undefined) throw new WrongUsage();
    const password = values.text('password') ?? (await askPassword('Password: ', context));
    const plain = `${user}\0${values.text('master-user') ?? user}\0${password}`;
    const answer = await authenticate(plain, info, context);
    if (answer === undefined) {
      context.exitCode = EXIT.noPermission;
      return;
    }
    const { succeeded, fields } = answer;
    const extra = fields.length === 0 ? '' : `extra fields:\n${fields.map((field) => `  ${field}\n`).join('')}`;
    context.print(`passdb: ${user} auth ${succeeded ? 'succeeded' : 'failed'}\n${extra}`);
    if (!succeeded) context.exitCode = EXIT.noPermission;
  },
};

const authenticate = async (
  plain: string,
  { info, extra }: Info,
  context: Context,
): Promise<{ succeeded: boolean; fields: readonly string[] } | undefined> => {
  const path = clientPath(context);
  const auth = await connect(path, context);
  if (auth === undefined) return undefined;
  const failed = (reason: string): void => context.error(`auth-client: conn unix:${path}: ${reason}`);
  auth.send(encodeAuthClientHello({ minor: MINOR, pid: context.host.pid }));
  const problem = await within(HELLO_MS, readHello(auth));
  if (problem !== undefined) {
    auth.close();
    failed(problem === 'late' ? `Timeout waiting for handshake from auth server.` : problem);
    throw new Fatal("Couldn't connect to auth socket", EXIT.tempFail);
  }
  try {
    const resp = Buffer.from(plain, 'latin1').toString('base64');
    const request = encodeAuthClientCommand({
      cmd: 'AUTH',
      id: 1,
      mechanism: 'PLAIN',
      params: encodeRequestInfo(info),
      resp,
    });
    const more = extra.map((field) => `\t${escapeTab(field)}`).join('');
    auth.send(request.replace(/\tresp=[^\t]*$/, (end) => more + end));
    const line = await auth.next();
    if (line === undefined) throw new Error('Connection closed');
    const reply = parseAuthReply(line);
    auth.close();
    if (reply.cmd === 'OK' || reply.cmd === 'FAIL') return { succeeded: reply.cmd === 'OK', fields: reply.params };
  } catch (error) {
    failed((error as Error).message);
    return undefined;
  }
  throw new Fatal('passdb expects SASL continuation', EXIT.tempFail);
};

const clientPath = ({ values, settings }: Context): string => {
  const given = values.text('socket-path');
  if (given !== undefined) return given;
  const { base_dir, homing_auth_login_socket: other } = settings();
  return other || `${base_dir}/auth-client`;
};

const connect = async (path: string, { host, error }: Context): Promise<Conversation | undefined> => {
  try {
    return await converse(host.connectUnix(path));
  } catch (failure) {
    error(`auth-client: conn unix:${path}: connect(${path}) failed: ${(failure as Error).message}`);
    return undefined;
  }
};

/** Up to DONE; what is wrong with it. */
const readHello = async (auth: Conversation): Promise<string | undefined> => {
  const version = await auth.next();
  const problem = version === undefined ? CLOSED : checkVersion(version);
  if (problem !== undefined) return problem;
  for (;;) {
    const line = await auth.next();
    if (line === undefined) return CLOSED;
    try {
      if (parseAuthServerHelloLine(line).cmd === 'DONE') return undefined;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return `Auth server sent unknown handshake: ${line}`;
    }
  }
};

const CLOSED = 'Connection closed';
