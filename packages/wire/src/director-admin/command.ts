/**
 * Commands of the admin protocol, read and written: `COMMAND\targ\targ...`, fields tab-escaped, case sensitive.
 * Extra arguments are ignored, as doveadm-connection.c does. Every error text is Dovecot's log line; the peer sees
 * nothing but the end of the connection.
 */
import { assertNever } from '../line/assert-never.ts';
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { joinTabs, splitTabs } from '../line/escape.ts';
import { parsePort, parseUint32 } from '../line/number.ts';
import { type IpAddress, parseIpAddress } from '../net/ip-address.ts';

/** A field that is a plain 32-bit number is a username hash, so all-digit usernames cannot be named. */
export type UserKey = { readonly hash: number } | { readonly name: ByteString };

export type DirectorAdminCommand =
  | { cmd: 'HOST-LIST' | 'HOST-LIST-REMOVED' | 'DIRECTOR-LIST' }
  | { cmd: 'DIRECTOR-ADD' | 'DIRECTOR-REMOVE'; ip: IpAddress; port?: number }
  | { cmd: 'HOST-SET'; ip: IpAddress; tag: ByteString; vhosts?: number }
  | { cmd: 'HOST-UPDATE'; ip: IpAddress; tag: ByteString; vhosts: number }
  | { cmd: 'HOST-UP' | 'HOST-DOWN' | 'HOST-REMOVE'; ip: IpAddress }
  /** Without an address: every mail host. */
  | { cmd: 'HOST-FLUSH'; ip?: IpAddress }
  | { cmd: 'HOST-RESET-USERS'; ip?: IpAddress; maxMoving?: number }
  | { cmd: 'USER-LOOKUP'; user: UserKey; tag: ByteString }
  | { cmd: 'USER-LIST'; ip?: IpAddress }
  | { cmd: 'USER-MOVE'; user: UserKey; ip: IpAddress }
  | { cmd: 'USER-KICK'; username: ByteString; nowait: boolean }
  | { cmd: 'USER-KICK-ALT'; field: ByteString; value: ByteString; nowait: boolean };

export type DirectorAdminCommandName = DirectorAdminCommand['cmd'];

/** Throws `WireError('bad-line')`. */
export const parseDirectorAdminCommand = (line: ByteString): DirectorAdminCommand => {
  const [name, ...args] = splitTabs(line);
  if (name === undefined) throw new WireError('bad-line', 'doveadm sent empty command line');
  const parse = Object.hasOwn(PARSERS, name) ? PARSERS[name] : undefined;
  if (parse === undefined) throw new WireError('bad-line', `doveadm sent unknown command: ${line}`);
  return parse(args);
};

/** With its LF. */
export const encodeDirectorAdminCommand = (command: DirectorAdminCommand): ByteString => {
  const args = argumentsOf(command);
  while (args.length > 0 && args.at(-1) === undefined) args.pop();
  return `${joinTabs([command.cmd, ...args.map((arg) => arg ?? '')])}\n`;
};

type Parser = (args: readonly ByteString[]) => DirectorAdminCommand;

const invalid = (cmd: string, detail = 'parameters'): WireError =>
  new WireError('bad-line', `doveadm sent invalid ${cmd} ${detail}`);

const ipOf = (cmd: string, text: ByteString | undefined): IpAddress => {
  const ip = text === undefined ? undefined : parseIpAddress(text);
  if (ip === undefined) throw invalid(cmd);
  return ip;
};

const director =
  (cmd: 'DIRECTOR-ADD' | 'DIRECTOR-REMOVE'): Parser =>
  ([ipText, portText]) => {
    const ip = ipOf(cmd, ipText);
    if (portText === undefined) return { cmd, ip };
    const port = parsePort(portText);
    if (port === undefined) throw invalid(cmd);
    return { cmd, ip, port };
  };

const taggedHost = (cmd: string, field: ByteString | undefined): { ip: IpAddress; tag: ByteString } => {
  const at = field?.indexOf('@') ?? -1;
  if (field === undefined || at === -1) return { ip: ipOf(cmd, field), tag: '' };
  return { ip: ipOf(cmd, field.slice(0, at)), tag: field.slice(at + 1) };
};

const vhostsOf = (cmd: string, text: ByteString | undefined): number => {
  const vhosts = parseUint32(text);
  if (vhosts === undefined) throw invalid(cmd);
  return vhosts;
};

const upOrDown =
  (cmd: 'HOST-UP' | 'HOST-DOWN'): Parser =>
  ([text]) => {
    const ip = text === undefined ? undefined : parseIpAddress(text);
    if (ip === undefined) throw invalid(cmd, `parameters: ${text ?? ''}`);
    return { cmd, ip };
  };

const userKey = (field: ByteString): UserKey => {
  const hash = parseUint32(field);
  return hash === undefined ? { name: field } : { hash };
};

const PARSERS: Readonly<Record<string, Parser>> = {
  'HOST-LIST': () => ({ cmd: 'HOST-LIST' }),
  'HOST-LIST-REMOVED': () => ({ cmd: 'HOST-LIST-REMOVED' }),
  'DIRECTOR-LIST': () => ({ cmd: 'DIRECTOR-LIST' }),
  'DIRECTOR-ADD': director('DIRECTOR-ADD'),
  'DIRECTOR-REMOVE': director('DIRECTOR-REMOVE'),
  'HOST-SET': ([host, vhosts]) => {
    const target = taggedHost('HOST-SET', host);
    return { cmd: 'HOST-SET', ...target, ...(vhosts !== undefined && { vhosts: vhostsOf('HOST-SET', vhosts) }) };
  },
  'HOST-UPDATE': ([host, vhosts]) => {
    const target = taggedHost('HOST-UPDATE', host);
    return { cmd: 'HOST-UPDATE', ...target, vhosts: vhostsOf('HOST-UPDATE', vhosts) };
  },
  'HOST-UP': upOrDown('HOST-UP'),
  'HOST-DOWN': upOrDown('HOST-DOWN'),
  'HOST-REMOVE': ([ip]) => ({ cmd: 'HOST-REMOVE', ip: ipOf('HOST-REMOVE', ip) }),
  'HOST-FLUSH': ([ip = '']) => ({ cmd: 'HOST-FLUSH', ...(ip !== '' && { ip: ipOf('HOST-FLUSH', ip) }) }),
  'HOST-RESET-USERS': ([ip = '', max]) => {
    const maxMoving = parseUint32(max);
    if (max !== undefined && (maxMoving === undefined || maxMoving === 0)) throw invalid('HOST-RESET-USERS');
    const target = ip === '' ? undefined : parseIpAddress(ip);
    if (ip !== '' && target === undefined) throw invalid('HOST-RESET-USERS', `ip: ${ip}`);
    return {
      cmd: 'HOST-RESET-USERS',
      ...(target !== undefined && { ip: target }),
      ...(maxMoving !== undefined && { maxMoving }),
    };
  },
  'USER-LOOKUP': ([user = '', tag = '']) => ({ cmd: 'USER-LOOKUP', user: userKey(user), tag }),
  'USER-LIST': ([ip = '']) => ({ cmd: 'USER-LIST', ...(ip !== '' && { ip: ipOf('USER-LIST', ip) }) }),
  'USER-MOVE': ([user, ip]) => {
    if (user === undefined) throw invalid('USER-MOVE');
    return { cmd: 'USER-MOVE', user: userKey(user), ip: ipOf('USER-MOVE', ip) };
  },
  'USER-KICK': ([username, nowait]) => {
    if (username === undefined) throw invalid('USER-KICK');
    return { cmd: 'USER-KICK', username, nowait: nowait === 'nowait' };
  },
  'USER-KICK-ALT': ([field, value, nowait]) => {
    if (field === undefined || value === undefined) throw invalid('USER-KICK-ALT');
    return { cmd: 'USER-KICK-ALT', field, value, nowait: nowait === 'nowait' };
  },
};

const hostField = (ip: IpAddress, tag: ByteString): ByteString => (tag === '' ? ip : `${ip}@${tag}`);
const keyField = (user: UserKey): ByteString => ('hash' in user ? String(user.hash) : user.name);

const argumentsOf = (command: DirectorAdminCommand): (ByteString | undefined)[] => {
  switch (command.cmd) {
    case 'HOST-LIST':
    case 'HOST-LIST-REMOVED':
    case 'DIRECTOR-LIST':
      return [];
    case 'DIRECTOR-ADD':
    case 'DIRECTOR-REMOVE':
      return [command.ip, command.port?.toString()];
    case 'HOST-SET':
    case 'HOST-UPDATE':
      return [hostField(command.ip, command.tag), command.vhosts?.toString()];
    case 'HOST-UP':
    case 'HOST-DOWN':
    case 'HOST-REMOVE':
    case 'HOST-FLUSH':
    case 'USER-LIST':
      return [command.ip];
    case 'HOST-RESET-USERS':
      return [command.ip, command.maxMoving?.toString()];
    case 'USER-LOOKUP':
      return [keyField(command.user), command.tag];
    case 'USER-MOVE':
      return [keyField(command.user), command.ip];
    case 'USER-KICK':
      return [command.username, command.nowait ? 'nowait' : undefined];
    case 'USER-KICK-ALT':
      return [command.field, command.value, command.nowait ? 'nowait' : undefined];
    default:
      return assertNever(command);
  }
};
