/**
 * Rows of the admin protocol's list replies, written and read. A list ends with an empty line. Columns after the known
 * ones are ignored, as doveadm-director.c does.
 *
 *     HOST-LIST      ip\tvhosts\tusers\ttag\tU|D\tupdown time
 *     USER-LIST      hash\texpire time\tip
 *     USER-LOOKUP    [current ip]\texpire time or 0\t[ip by hash]\t[ip by hash in the configuration at start]   (one row)
 *     DIRECTOR-LIST  ip\tport\ttype\tlast failed\tstatus[\tping ms[\tin\tout\tbuffered\tpeak\tlast in\tlast out]]
 *
 * Times are Unix seconds.
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { joinTabs, splitTabs } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';

export type HostListRow = {
  readonly ip: ByteString;
  readonly vhosts: number;
  readonly users: number;
  readonly tag: ByteString;
  readonly isDown: boolean;
  readonly updownTime: number;
};

export type UserListRow = { readonly hash: number; readonly expires: number; readonly ip: ByteString };

export type UserLookupRow = {
  readonly current: ByteString;
  readonly expires: number;
  readonly hashed: ByteString;
  readonly initialConfig: ByteString;
};

export type DirectorListRow = {
  readonly ip: ByteString;
  readonly port: number;
  readonly type: ByteString;
  readonly lastFailed: number;
  readonly status: ByteString;
  /** As sent: ping ms, bytes in, bytes out, buffered, peak buffered, last input, last output; as many as there are. */
  readonly counters: readonly ByteString[];
};

export const encodeHostListRow = (row: HostListRow): ByteString =>
  `${joinTabs([row.ip, `${row.vhosts}`, `${row.users}`, row.tag, row.isDown ? 'D' : 'U', `${row.updownTime}`])}\n`;

export const encodeUserListRow = (row: UserListRow): ByteString => `${row.hash}\t${row.expires}\t${row.ip}\n`;

export const encodeUserLookupRow = (row: UserLookupRow): ByteString =>
  `${row.current}\t${row.expires}\t${row.hashed}\t${row.initialConfig}\n`;

export const encodeDirectorListRow = (row: DirectorListRow): ByteString =>
  `${joinTabs([row.ip, `${row.port}`, row.type, `${row.lastFailed}`, row.status, ...row.counters])}\n`;

export const parseHostListRow = (line: ByteString): HostListRow => {
  const [ip = '', vhosts, users, tag = '', state, updownTime] = splitTabs(line);
  if (ip === '' || (state !== 'U' && state !== 'D')) throw invalidReply(line);
  return {
    ip,
    vhosts: number(line, vhosts),
    users: number(line, users),
    tag,
    isDown: state === 'D',
    updownTime: number(line, updownTime),
  };
};

export const parseUserListRow = (line: ByteString): UserListRow => {
  const [hash, expires, ip = ''] = splitTabs(line);
  if (ip === '') throw invalidReply(line);
  return { hash: number(line, hash), expires: number(line, expires), ip };
};

export const parseUserLookupRow = (line: ByteString): UserLookupRow => {
  const [current = '', expires, hashed, initialConfig] = splitTabs(line);
  if (hashed === undefined || initialConfig === undefined) throw invalidReply(line);
  return { current, expires: number(line, expires), hashed, initialConfig };
};

export const parseDirectorListRow = (line: ByteString): DirectorListRow => {
  const [ip = '', port, type, lastFailed, status, ...counters] = splitTabs(line);
  if (ip === '' || type === undefined || status === undefined) throw invalidReply(line);
  return { ip, port: number(line, port), type, lastFailed: number(line, lastFailed), status, counters };
};

const number = (line: ByteString, field: ByteString | undefined): number => {
  const value = parseUint32(field);
  if (value === undefined) throw invalidReply(line);
  return value;
};

const invalidReply = (line: ByteString): WireError => new WireError('bad-line', `Invalid reply from director: ${line}`);
