/** `auth lookup` and `user`: what the passdbs and userdbs say about a user, without a login. */
import { type AuthMasterReply, asciiLower, type ByteString } from '@homing/wire';
import { EXIT, type Parameter } from '../../core/command/command.ts';
import { Fatal, WrongUsage } from '../../core/command/fatal.ts';
import type { Command, Context } from '../context.ts';
import type { Conversation } from '../conversation.ts';
import { authInfo, type Info, requestInfo } from './auth-info.ts';
import { listUsers } from './list-users.ts';
import { matchesMask } from './mask.ts';
import { lookUp, masterFailed, openMaster } from './master.ts';

const socketPath: Parameter = { name: 'socket-path', type: 'string', short: 'a' };
const field: Parameter = { name: 'field', type: 'string', short: 'f' };

export const authLookup: Command = {
  name: 'auth lookup',
  usage: '[-a <userdb socket path>] [-x <auth info>] [-f field] <user> [<user> [...]]',
  summary: 'Show what the passdbs return for a user',
  parameters: [socketPath, authInfo, field, { name: 'user', type: 'array', positional: true }],
  async run(context) {
    const users = context.values.list('user');
    if (users.length === 0) throw new WrongUsage();
    await lookUpAll('PASS', users, requestInfo(context.values.list('auth-info')), context);
  },
};

export const user: Command = {
  name: 'user',
  usage: '[-a <userdb socket path>] [-x <auth info>] [-f field] [-u] <user mask> [<user mask> [...]]',
  summary: 'Show what the userdbs return for a user, or list the users of a mask',
  parameters: [
    socketPath,
    authInfo,
    field,
    { name: 'userdb-only', type: 'bool', short: 'u' },
    { name: 'user-mask', type: 'array', positional: true },
  ],
  async run(context) {
    const masks = context.values.list('user-mask');
    if (masks.length === 0) throw new WrongUsage();
    const info = requestInfo(context.values.list('auth-info'));
    if (masks.some((mask) => /[*?]/.test(mask))) await listMatching(masks, info, context);
    else await lookUpAll('USER', masks, info, context);
  },
};

const masterPath = ({ values, settings }: Context): string => {
  const given = values.text('socket-path');
  if (given !== undefined) return given;
  const { auth_socket_path: path, base_dir, homing_auth_userdb_socket: other } = settings();
  if (path === 'auth-userdb' && other !== '') return other;
  return path.startsWith('/') ? path : `${base_dir}/${path}`;
};

const listMatching = async (masks: readonly ByteString[], { info }: Info, context: Context): Promise<void> => {
  const [only, another] = masks;
  const mask = another === undefined && only !== undefined ? only : '*';
  const { users, failed } = await listUsers(masterPath(context), mask, context, info);
  const folded = masks.map(asciiLower);
  for (const name of users) {
    if (folded.some((each) => matchesMask(asciiLower(name), each))) context.print(`${name}\n`);
  }
  if (failed) throw new Fatal('user listing failed', EXIT.tempFail);
};

const lookUpAll = async (
  cmd: 'USER' | 'PASS',
  users: readonly ByteString[],
  info: Info,
  context: Context,
): Promise<void> => {
  const path = masterPath(context);
  let auth: Conversation | undefined;
  for (const [at, name] of users.entries()) {
    if (at > 0) context.print('\n');
    try {
      auth ??= await openMaster(path, context);
      show(cmd, name, await lookUp(cmd, name, info, auth), context);
    } catch (error) {
      masterFailed(`${LOOKUP[cmd]}(${name})`, path, error, context);
      context.error(`${LOOKUP[cmd]} failed for ${name}`);
      context.exitCode = EXIT.tempFail;
      auth = undefined;
    }
  }
  auth?.close();
};

const LOOKUP = { USER: 'userdb lookup', PASS: 'passdb lookup' } as const;

const show = (cmd: 'USER' | 'PASS', name: ByteString, reply: AuthMasterReply, context: Context): void => {
  const wanted = context.values.text('field');
  switch (reply.cmd) {
    case 'NOTFOUND': {
      const text = `${LOOKUP[cmd]}: user ${name} doesn't exist`;
      if (wanted === undefined) context.print(`${text}\n`);
      else context.say(text);
      context.exitCode = EXIT.noUser;
      break;
    }
    case 'PASS':
      showFields('passdb', name, reply.params, wanted, context);
      break;
    case 'USER':
      showFields('userdb', name, [`user=${reply.user}`, ...reply.params], wanted, context);
      break;
    default: {
      const reason = reply.cmd === 'FAIL' ? reply.params[0] : undefined;
      context.error(`${LOOKUP[cmd]} failed for ${name}${reason === undefined ? '' : `: ${reason}`}`);
      context.exitCode = EXIT.tempFail;
    }
  }
};

const showFields = (
  db: string,
  name: ByteString,
  fields: readonly ByteString[],
  wanted: string | undefined,
  context: Context,
): void => {
  const pairs = fields.map((text) => {
    const equals = text.indexOf('=');
    return equals === -1 ? ([text, undefined] as const) : ([text.slice(0, equals), text.slice(equals + 1)] as const);
  });
  if (wanted !== undefined) {
    for (const [key, value] of pairs) if (key === wanted && value !== undefined) context.print(`${value}\n`);
    return;
  }
  context.print(`${db}: ${name}\n`);
  for (const [key, value] of pairs) {
    context.print(`  ${key.padEnd(10)}${value === undefined ? '' : `: ${value}`}\n`);
  }
};
