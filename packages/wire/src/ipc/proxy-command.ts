/**
 * The commands that a login process takes as a member of the ipc group `proxy` (login-proxy.c, login_proxy_ipc_cmd):
 *
 *     LIST-FULL [TAB conn-guid]                 all sessions, as `:` lines
 *     KICK TAB user...                          by exact name
 *     KICK-ALT TAB user_FIELD TAB value...      by another field of the auth reply
 *     KICK-HOST TAB host...                     by the host as auth wrote it
 *     KICK-DIRECTOR-HASH TAB hash [TAB ip]      by user hash, sparing sessions to that backend
 *     KICK-GUID TAB user TAB guid               one session
 *
 * `conn-guid` and KICK-GUID are ours. Dovecot's processes list without the column, and refuse the command.
 */
import { assertNever } from '../line/assert-never.ts';
import type { ByteString } from '../line/bytes.ts';
import { joinTabs, splitTabs } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';
import { type IpAddress, parseIpAddress } from '../net/ip-address.ts';
import { GUID_COLUMN } from './session-list.ts';

/** `users`, `values` and `hosts` are not empty. */
export type ProxyCommand =
  | { cmd: 'LIST-FULL'; guids?: true }
  | { cmd: 'KICK'; users: readonly ByteString[] }
  | { cmd: 'KICK-ALT'; field: ByteString; values: readonly ByteString[] }
  | { cmd: 'KICK-HOST'; hosts: readonly ByteString[] }
  | { cmd: 'KICK-DIRECTOR-HASH'; hash: number; exceptIp: IpAddress | undefined }
  | { cmd: 'KICK-GUID'; user: ByteString; guid: ByteString };

export const formatProxyCommand = (command: ProxyCommand): ByteString => {
  switch (command.cmd) {
    case 'LIST-FULL':
      return command.guids ? joinTabs(['LIST-FULL', GUID_COLUMN]) : 'LIST-FULL';
    case 'KICK':
      return joinTabs(['KICK', ...command.users]);
    case 'KICK-ALT':
      return joinTabs(['KICK-ALT', command.field, ...command.values]);
    case 'KICK-HOST':
      return joinTabs(['KICK-HOST', ...command.hosts]);
    case 'KICK-DIRECTOR-HASH': {
      const { hash, exceptIp } = command;
      return joinTabs(['KICK-DIRECTOR-HASH', String(hash), ...(exceptIp === undefined ? [] : [exceptIp])]);
    }
    case 'KICK-GUID':
      return joinTabs(['KICK-GUID', command.user, command.guid]);
    default:
      return assertNever(command);
  }
};

/** Refusals are the texts of `-` replies. `KICK-ALT` of a field without values is one that kicks nobody. */
export const parseProxyCommand = (line: ByteString): ProxyCommand | { refusal: string } => {
  const [cmd, ...args] = splitTabs(line);
  const [first, ...others] = args;
  const missing = { refusal: 'Missing parameter' };
  switch (cmd) {
    case 'LIST-FULL':
      return first === GUID_COLUMN ? { cmd, guids: true } : { cmd };
    case 'KICK-GUID': {
      const [guid] = others;
      return first === undefined || guid === undefined ? missing : { cmd, user: first, guid };
    }
    case 'KICK':
      return first === undefined ? missing : { cmd, users: args };
    case 'KICK-ALT':
      return first === undefined ? missing : { cmd, field: first, values: others };
    case 'KICK-HOST':
      return first === undefined ? missing : { cmd, hosts: args };
    case 'KICK-DIRECTOR-HASH':
      return parseHashKick(first, others[0] ?? '');
    default:
      return { refusal: 'Unknown command' };
  }
};

const parseHashKick = (hashText: ByteString | undefined, ip: ByteString): ProxyCommand | { refusal: string } => {
  const hash = parseUint32(hashText);
  if (hash === undefined) return { refusal: 'Invalid parameters' };
  if (ip === '') return { cmd: 'KICK-DIRECTOR-HASH', hash, exceptIp: undefined };
  const exceptIp = parseIpAddress(ip);
  if (exceptIp === undefined) return { refusal: 'Invalid except_ip parameter' };
  return { cmd: 'KICK-DIRECTOR-HASH', hash, exceptIp };
};
