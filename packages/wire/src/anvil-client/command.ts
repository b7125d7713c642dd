/**
 * What administrators ask Dovecot 2.4's anvil, one line each (anvil/anvil-connection.c):
 *
 *     CONNECT-DUMP                                           -> connect-dump.ts
 *     KICK-USER TAB user [TAB guid]                          -> how many
 *     KICK-ALT-USER TAB user_FIELD TAB value [TAB ip]        -> how many; ip: a client's, who is spared
 *
 * The number counts who was told. 2.4.0 to 2.4.4 tell login processes of one client each in a way that these ignore, and
 * count them all the same. Kicks are answered when they are done, which may be after what was asked later.
 */
import { assertNever } from '../line/assert-never.ts';
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { joinTabs, splitTabs } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';
import { type IpAddress, parseIpAddress } from '../net/ip-address.ts';

/** `guid`: 32 hex digits, one session; undefined: all of the user. */
export type AnvilClientCommand =
  | { cmd: 'CONNECT-DUMP' }
  | { cmd: 'KICK-USER'; user: ByteString; guid: ByteString | undefined }
  | { cmd: 'KICK-ALT-USER'; field: ByteString; value: ByteString; exceptIp: IpAddress | undefined };

/** Without its LF. */
export const formatAnvilClientCommand = (command: AnvilClientCommand): ByteString => {
  switch (command.cmd) {
    case 'CONNECT-DUMP':
      return command.cmd;
    case 'KICK-USER':
      return joinTabs([command.cmd, command.user, ...optional(command.guid)]);
    case 'KICK-ALT-USER':
      return joinTabs([command.cmd, command.field, command.value, ...optional(command.exceptIp)]);
    default:
      return assertNever(command);
  }
};

/** The messages of `WireError`s are what anvil logs after `Anvil client input error: `. */
export const parseAnvilClientCommand = (line: ByteString): AnvilClientCommand => {
  const [cmd = '', ...args] = splitTabs(line);
  const [first, second, third] = args;
  switch (cmd) {
    case 'CONNECT-DUMP':
      return { cmd };
    case 'KICK-USER':
      if (first === undefined) throw new WireError('bad-line', `${cmd}: Not enough parameters`);
      if (second !== undefined && !isGuid(second)) throw new WireError('bad-line', `${cmd}: Invalid conn-guid`);
      return { cmd, user: first, guid: second };
    case 'KICK-ALT-USER': {
      if (first === undefined || second === undefined) {
        throw new WireError('bad-line', `${cmd}: Not enough parameters`);
      }
      const exceptIp = third === undefined ? undefined : parseIpAddress(third);
      if (third !== undefined && exceptIp === undefined) {
        throw new WireError('bad-line', `${cmd}: Invalid except_ip parameter`);
      }
      return { cmd, field: first, value: second, exceptIp };
    }
    default:
      throw new WireError('bad-line', `Unknown command: ${cmd}`);
  }
};

/** The answer to a kick. */
export const parseAnvilKickCount = (line: ByteString): number => {
  const count = parseUint32(line);
  if (count === undefined) throw new WireError('bad-number', 'invalid reply to a kick');
  return count;
};

export const formatAnvilKickCount = (count: number): ByteString => `${count}`;

/** guid_128_from_string(). */
export const isGuid = (text: ByteString): boolean => /^[0-9a-fA-F]{32}$/.test(text);

const optional = (argument: ByteString | undefined): ByteString[] => (argument === undefined ? [] : [argument]);
