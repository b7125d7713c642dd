/** Answers of anvil, whole lines each. Dumps end with an empty line. */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { joinTabs, splitTabs } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';

/** `refcount` connections of process `pid` as `ident` (`service/ip/user`). */
export type AnvilConnection = { ident: ByteString; pid: number; refcount: number };

/** Times are Unix seconds. `lastUpdate` moves with every attempt, `lastPenalty` only with one that counted. */
export type AnvilPenalty = { ident: ByteString; penalty: number; lastPenalty: number; lastUpdate: number };

export const formatAnvilCount = (count: number): ByteString => `${count}\n`;

export const formatAnvilConnections = (rows: Iterable<AnvilConnection>): ByteString => {
  let out = '';
  for (const { ident, pid, refcount } of rows) out += `${joinTabs([ident, String(pid), String(refcount)])}\n`;
  return `${out}\n`;
};

export const formatAnvilPenalty = (penalty: number, lastPenalty: number): ByteString => `${penalty} ${lastPenalty}\n`;

export const formatAnvilPenalties = (rows: Iterable<AnvilPenalty>): ByteString => {
  let out = '';
  for (const { ident, penalty, lastPenalty, lastUpdate } of rows) {
    out += `${joinTabs([ident, String(penalty), String(lastPenalty), String(lastUpdate)])}\n`;
  }
  return `${out}\n`;
};

/** One row of CONNECT-DUMP, without LF; undefined: the empty line at the end. */
export const parseAnvilConnection = (line: ByteString): AnvilConnection | undefined => {
  if (line === '') return undefined;
  const [ident = '', pidText, countText] = splitTabs(line);
  const pid = parseUint32(pidText);
  const refcount = parseUint32(countText);
  if (pid === undefined || refcount === undefined) throw new WireError('bad-line', 'invalid CONNECT-DUMP row');
  return { ident, pid, refcount };
};

/** One row of PENALTY-DUMP, without LF; undefined: the empty line at the end. */
export const parseAnvilPenaltyRow = (line: ByteString): AnvilPenalty | undefined => {
  if (line === '') return undefined;
  const [ident = '', ...numbers] = splitTabs(line);
  const [penalty, lastPenalty, lastUpdate] = numbers.map(parseUint32);
  if (penalty === undefined || lastPenalty === undefined || lastUpdate === undefined) {
    throw new WireError('bad-line', 'invalid PENALTY-DUMP row');
  }
  return { ident, penalty, lastPenalty, lastUpdate };
};

/** The reply to PENALTY-GET, without LF. */
export const parseAnvilPenalty = (line: ByteString): { penalty: number; lastPenalty: number } => {
  const [penalty, lastPenalty] = line.split(' ').map(parseUint32);
  if (penalty === undefined || lastPenalty === undefined) throw new WireError('bad-line', 'invalid PENALTY-GET reply');
  return { penalty, lastPenalty };
};
