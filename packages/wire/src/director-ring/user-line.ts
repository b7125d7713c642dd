/**
 * `U` and `USER`, of which a director that joins a big ring receives a million in a row:
 *
 *     U    TAB hash TAB ip TAB timestamp [TAB w]
 *     USER TAB hash TAB ip [TAB timestamp [TAB w]]
 *
 * `readPlainUser` reads the form that directors write, straight from the line. It gives up on anything else, from
 * leading zeros to escaped bytes; `readUser` reads the same lines from split fields and says what is wrong.
 */
import type { ByteString } from '../line/bytes.ts';
import { parseIpAddress } from '../net/ip-address.ts';
import { type Args, invalidParameters, parseTime, readIp, readUint } from './arguments.ts';
import type { RingCommand } from './command.ts';

const TAB = 0x09;
const DIGIT_0 = 0x30;
const LETTER_W = 0x77;

/** Up to nine digits cannot leave 32 bits, so they need no check; hashes of ten are as common. */
const MAX_DIGITS = 10;

const digitsEnd = (line: ByteString, start: number): number => {
  let at = start;
  while (at < line.length) {
    const digit = line.charCodeAt(at) - DIGIT_0;
    if (digit < 0 || digit > 9) break;
    at++;
  }
  return at;
};

/** NaN unless there are 1 to 10 digits that fit into 32 bits. */
const uintBetween = (line: ByteString, start: number, end: number): number => {
  if (end === start || end - start > MAX_DIGITS) return Number.NaN;
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + line.charCodeAt(at) - DIGIT_0;
  return value <= 0xffff_ffff ? value : Number.NaN;
};

/** `start`: where the hash begins. Undefined: not in the plain form, or not valid. */
export const readPlainUser = (cmd: 'U' | 'USER', line: ByteString, start: number): RingCommand | undefined => {
  const hashEnd = digitsEnd(line, start);
  const ipEnd = line.indexOf('\t', hashEnd + 1);
  if (ipEnd === -1 || line.charCodeAt(hashEnd) !== TAB) return undefined;
  const end = digitsEnd(line, ipEnd + 1);
  const isWeak = end + 2 === line.length && line.charCodeAt(end) === TAB && line.charCodeAt(end + 1) === LETTER_W;
  if (end !== line.length && !isWeak) return undefined;
  const hash = uintBetween(line, start, hashEnd);
  const timestamp = uintBetween(line, ipEnd + 1, end);
  if (Number.isNaN(hash + timestamp)) return undefined;
  const ip = parseIpAddress(line.slice(hashEnd + 1, ipEnd));
  return ip === undefined ? undefined : { cmd, hash, ip, timestamp, isWeak };
};

export const readUser = (cmd: 'U' | 'USER', [hash, ip, time, weak = '']: Args): RingCommand => {
  const user = { hash: readUint(hash), ip: readIp(ip), isWeak: weak.startsWith('w') };
  if (cmd === 'U') return { cmd, ...user, timestamp: readUint(time) };
  const timestamp = parseTime(time);
  if (time !== undefined && timestamp === undefined) throw invalidParameters();
  return { cmd, ...user, timestamp };
};
