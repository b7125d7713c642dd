/**
 * The anvil protocol of Dovecot 2.3 (anvil/anvil-connection.c). The client sends `VERSION anvil 1 0`, the server greets
 * nobody. Then commands, one a line, fields tab-escaped:
 *
 *     CONNECT pid ident          DISCONNECT pid ident          no reply; ident: service/ip/user
 *     LOOKUP ident               -> count
 *     CONNECT-DUMP               -> ident TAB pid TAB refcount ..., empty line
 *     KILL pid                   the master only, no reply
 *     PENALTY-GET ident          -> penalty SP unix-time
 *     PENALTY-INC ident checksum value        PENALTY-SET-EXPIRE-SECS n        no reply
 *     PENALTY-DUMP               -> ident TAB penalty TAB last-penalty TAB last-update ..., empty line
 */
import { assertNever } from '../line/assert-never.ts';
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { joinTabs, splitTabs } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';
import { formatVersion, parseVersion } from '../line/version.ts';

export type AnvilCommand =
  | { cmd: 'CONNECT' | 'DISCONNECT'; pid: number; ident: ByteString }
  | { cmd: 'LOOKUP' | 'PENALTY-GET'; ident: ByteString }
  | { cmd: 'CONNECT-DUMP' | 'PENALTY-DUMP' }
  | { cmd: 'KILL'; pid: number }
  | { cmd: 'PENALTY-INC'; ident: ByteString; checksum: number; value: number }
  | { cmd: 'PENALTY-SET-EXPIRE-SECS'; seconds: number };

/** A line without its LF; the server reads at most 1024 bytes (MAX_INBUF_SIZE). */
export const ANVIL_MAX_LINE = 1023;

/** PENALTY_MAX_VALUE: penalties are kept in 16 bits. */
const PENALTY_MAX = 65_535;

export const anvilHello = (): ByteString => `${formatVersion('anvil', 1, 0)}\n`;

/** Throws `WireError('bad-version')`. */
export const parseAnvilVersion = (line: ByteString): number => parseVersion(line, 'anvil', 1);

/** The messages of `WireError`s are what Dovecot's anvil logs after `Anvil client input error: `. */
export const parseAnvilCommand = (line: ByteString): AnvilCommand => {
  const [cmd = '', ...args] = splitTabs(line);
  switch (cmd) {
    case 'CONNECT':
    case 'DISCONNECT': {
      const [pid, ident] = required(cmd, args, 2);
      return { cmd, pid: processId(cmd, pid), ident };
    }
    case 'LOOKUP':
    case 'PENALTY-GET':
      return { cmd, ident: required(cmd, args, 1)[0] };
    case 'CONNECT-DUMP':
    case 'PENALTY-DUMP':
      return { cmd };
    case 'KILL':
      return { cmd, pid: processId(cmd, required(cmd, args, 1)[0]) };
    case 'PENALTY-INC':
      return penaltyIncrease(args);
    case 'PENALTY-SET-EXPIRE-SECS': {
      const seconds = parseUint32(args[0]);
      if (seconds === undefined) throw new WireError('bad-number', `${cmd}: Invalid parameters`);
      return { cmd, seconds };
    }
    default:
      throw new WireError('bad-line', `Unknown command: ${cmd}`);
  }
};

export const formatAnvilCommand = (command: AnvilCommand): ByteString => {
  switch (command.cmd) {
    case 'CONNECT':
    case 'DISCONNECT':
      return joinTabs([command.cmd, String(command.pid), command.ident]);
    case 'LOOKUP':
    case 'PENALTY-GET':
      return joinTabs([command.cmd, command.ident]);
    case 'CONNECT-DUMP':
    case 'PENALTY-DUMP':
      return command.cmd;
    case 'KILL':
      return joinTabs([command.cmd, String(command.pid)]);
    case 'PENALTY-INC':
      return joinTabs([command.cmd, command.ident, String(command.checksum), String(command.value)]);
    case 'PENALTY-SET-EXPIRE-SECS':
      return joinTabs([command.cmd, String(command.seconds)]);
    default:
      return assertNever(command);
  }
};

const required = (cmd: string, args: readonly ByteString[], count: number): readonly [string, string, string] => {
  if (args.length < count) throw new WireError('bad-line', `${cmd}: Not enough parameters`);
  const [first = '', second = '', third = ''] = args;
  return [first, second, third];
};

const processId = (cmd: string, text: ByteString): number => {
  const pid = parseUint32(text);
  if (pid === undefined || pid > 0x7fff_ffff) throw new WireError('bad-number', `${cmd}: Invalid pid`);
  return pid;
};

/** A value of 0 takes the penalty away, which no checksum can. */
const penaltyIncrease = (args: readonly ByteString[]): AnvilCommand => {
  const cmd = 'PENALTY-INC';
  const [ident, checksumText, valueText] = required(cmd, args, 3);
  const checksum = parseUint32(checksumText);
  const value = parseUint32(valueText);
  if (checksum === undefined || value === undefined || value > PENALTY_MAX || (value === 0 && checksum !== 0)) {
    throw new WireError('bad-number', `${cmd}: Invalid parameters`);
  }
  return { cmd, ident, checksum, value };
};
