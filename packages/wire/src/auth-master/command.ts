/**
 * Commands on master and userdb sockets:
 *
 *     USER <id> <user> service=<s>...     userdb lookup
 *     PASS <id> <user> service=<s>...     passdb lookup without a password
 *     LIST <id> [user=<mask>]...          all users
 *     REQUEST <id> <client-pid> <client-id> <cookie> [session_pid=<pid>] [request_auth_token]    (master only)
 *     CACHE-FLUSH <id> [<user>...]        (master only)
 *
 * 2.4 clients end lines with CR LF and use 32-bit request ids.
 */
import {
  createRequestInfo,
  importRequestInfo,
  type RequestInfo,
  requestInfoParams,
} from '../auth-client/request-info.ts';
import { asciiLower, type ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { splitTabs } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';
import { appendParams } from '../line/param.ts';

export type LookupCommand = { cmd: 'USER' | 'PASS'; id: number; user: ByteString; info: RequestInfo };
export type ListCommand = { cmd: 'LIST'; id: number; mask: ByteString | undefined; info: RequestInfo };
export type RequestCommand = {
  cmd: 'REQUEST';
  id: number;
  /** CPID, AUTH id and COOKIE of the login being handed over. */
  clientPid: number;
  clientId: number;
  cookie: string;
  sessionPid: number | undefined;
  authToken: boolean;
};
/** `id` is echoed as it came. */
export type CacheFlushCommand = { cmd: 'CACHE-FLUSH'; id: ByteString; users: readonly ByteString[] };
export type AuthMasterCommand = LookupCommand | ListCommand | RequestCommand | CacheFlushCommand;

/** One line without LF. Undefined for a word that is no command; throws `WireError` with Dovecot's log text. */
export const parseAuthMasterCommand = (line: ByteString): AuthMasterCommand | undefined => {
  const [word, ...args] = splitTabs(line);
  switch (args.length === 0 ? undefined : word) {
    case 'USER':
      return { cmd: 'USER', ...parseLookup('USER', args) };
    case 'PASS':
      return { cmd: 'PASS', ...parseLookup('PASS', args) };
    case 'LIST':
      return parseList(args);
    case 'REQUEST':
      return parseRequest(args);
    case 'CACHE-FLUSH':
      return { cmd: 'CACHE-FLUSH', id: args[0] ?? '', users: args.slice(1) };
    default:
      return undefined;
  }
};

const parseLookup = (cmd: 'USER' | 'PASS', args: readonly ByteString[]): Omit<LookupCommand, 'cmd'> => {
  const id = parseUint32(args[0]);
  const user = args[1];
  if (id === undefined || user === undefined) throw new WireError('bad-line', `BUG: Master sent broken ${cmd}`);
  const info = createRequestInfo();
  for (const param of args.slice(2)) importRequestInfo(info, param);
  if (info.service === undefined) throw new WireError('bad-line', `BUG: Master sent ${cmd} request without service`);
  return { id, user, info };
};

const parseList = (args: readonly ByteString[]): ListCommand => {
  const id = parseUint32(args[0]);
  if (id === undefined) throw new WireError('bad-line', 'BUG: Master sent broken LIST');
  const info = createRequestInfo();
  let mask: ByteString | undefined;
  for (const param of args.slice(1)) {
    if (param.startsWith('user=')) mask = param.slice('user='.length);
    else importRequestInfo(info, param);
  }
  return { cmd: 'LIST', id, mask, info };
};

const parseRequest = (args: readonly ByteString[]): RequestCommand => {
  const [id, clientPid, clientId] = args.slice(0, 3).map(parseUint32);
  const cookie = args[3];
  if (id === undefined || clientPid === undefined || clientId === undefined || cookie === undefined) {
    throw new WireError('bad-line', 'BUG: Master sent broken REQUEST');
  }
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(cookie)) throw new WireError('bad-line', 'BUG: Master sent broken REQUEST cookie');
  const request: RequestCommand = {
    cmd: 'REQUEST',
    id,
    clientPid,
    clientId,
    cookie: asciiLower(cookie),
    sessionPid: undefined,
    authToken: false,
  };
  for (const param of args.slice(4)) {
    if (param.startsWith('session_pid=')) request.sessionPid = parseUint32(param.slice('session_pid='.length));
    else if (param === 'request_auth_token') request.authToken = true;
  }
  return request;
};

export const encodeAuthMasterCommand = (command: AuthMasterCommand): ByteString => {
  switch (command.cmd) {
    case 'USER':
    case 'PASS':
      return `${command.cmd}\t${command.id}${appendParams([command.user, ...requestInfoParams(command.info)])}\n`;
    case 'LIST': {
      const mask = command.mask === undefined ? [] : [`user=${command.mask}`];
      return `LIST\t${command.id}${appendParams([...mask, ...requestInfoParams(command.info)])}\n`;
    }
    case 'REQUEST': {
      const { id, clientPid, clientId, cookie, sessionPid } = command;
      const pid = sessionPid === undefined ? '' : `\tsession_pid=${sessionPid}`;
      const token = command.authToken ? '\trequest_auth_token' : '';
      return `REQUEST\t${id}\t${clientPid}\t${clientId}\t${cookie}${pid}${token}\n`;
    }
    case 'CACHE-FLUSH':
      return `CACHE-FLUSH${appendParams([command.id, ...command.users])}\n`;
  }
};
